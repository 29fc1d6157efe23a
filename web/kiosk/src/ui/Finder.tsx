// The first screen: what is near now.
import { useEffect, useRef, useState } from "preact/hooks";
import { MINUTES } from "../config";
import type { Nearby } from "../nearby";
import { NearbyOrder } from "../gen/jobmatch/v1/nearby_pb";
import { conditionsSet, knowsPerson, type Wish } from "../wish";
import { ORDERS, TRAVELS } from "../words";
import { Card } from "./Card";
import { Choice } from "./Choice";
import { Conditions, ConditionsButton } from "./Conditions";
import { Rings } from "./Rings";
import { RoundMap } from "./RoundMap";
import { Search } from "./Search";
import type { Held } from "./Sitting";
import { Where } from "./Where";

interface Props {
  nearby: Nearby;
  wish: Wish;
  onWish(part: Partial<Wish>): void;
  onOpen(id: string): void;
  /** Something is written that was not sent yet. */
  onDraft(drafting: boolean): void;
  held: ReadonlyMap<string, Held>;
}

const MOST_TRADES = 11;

function Trades({ nearby, wish, onWish }: Pick<Props, "nearby" | "wish" | "onWish">) {
  const all = nearby.trades.reduce((sum, t) => sum + t.count, 0);
  const known = nearby.trades.slice(0, MOST_TRADES);
  const chosen = wish.trade;
  // A trade that has run out stays as a button, so that it can be given up.
  const missing = chosen && !known.some((t) => t.occupation === chosen) ? [{ occupation: chosen, count: 0 }] : [];
  const options = [{ occupation: "", count: all }, ...missing, ...known].map(
    ({ occupation, count }): [string, preact.JSX.Element] => [
      occupation,
      <>
        {occupation || "全部"}
        <small>{count}</small>
      </>,
    ],
  );
  return (
    <Choice
      class="trades"
      label="按工种看"
      options={options}
      pressed={(trade) => trade === chosen}
      onPress={(trade) => onWish({ trade: trade === chosen ? "" : trade })}
    />
  );
}

function Summary({ nearby, wish }: Pick<Props, "nearby" | "wish">) {
  const { answer, loading } = nearby;
  const means = TRAVELS.find(([t]) => t === wish.travel)?.[1] ?? "";
  const limit = Math.round(answer?.usedLimit ?? wish.minutes);
  return (
    <p class="summary" role="status" aria-busy={loading}>
      {answer ? (
        <>
          {means}
          {limit}分钟内有 <strong>{answer.total}</strong> 个活
        </>
      ) : (
        "正在找……"
      )}
    </p>
  );
}

/** Why there is nothing, and what can be done about it. */
function Nothing({ nearby, wish, onWish }: Pick<Props, "nearby" | "wish" | "onWish">) {
  const narrowed = wish.trade || wish.sameDay || wish.checkedOnly || wish.when !== "now" || conditionsSet(wish) > 0;
  const plain = {
    trade: "",
    sameDay: false,
    checkedOnly: false,
    when: "now" as const,
    certificates: [],
    noCertificates: false,
    hours: [],
    payFloor: 0,
  };
  if (nearby.failed && !nearby.answer) {
    return (
      <div class="nothing" role="alert">
        <h2>连不上服务</h2>
        <p>正在重试，请稍等。着急的话请到柜台问。</p>
      </div>
    );
  }
  if (!nearby.answer) return <div class="nothing"><p>正在找附近的活……</p></div>;
  return (
    <div class="nothing">
      <h2>这会儿没有合适的活</h2>
      <p>{narrowed ? "条件放宽一点，可能就有了。" : "走远一点看看，或者过一会儿再来。一有新活，这里马上就会显示。"}</p>
      <div class="row">
        {narrowed && (
          <button type="button" class="button primary" onClick={() => onWish(plain)}>
            去掉条件
          </button>
        )}
        {nearby.answer.usedLimit < MINUTES.most && (
          <button type="button" class="button" onClick={() => onWish({ minutes: MINUTES.most })}>
            放宽到{MINUTES.most}分钟
          </button>
        )}
      </div>
    </div>
  );
}

export function Finder(props: Props) {
  const { nearby, wish, onWish, onOpen, held } = props;
  const { answer, found, gone, fresh } = nearby;
  const [several, setSeveral] = useState<string[]>([]);
  const [mapOpen, setMapOpen] = useState(false);
  const [conditionsOpen, setConditionsOpen] = useState(false);
  const [hint, setHint] = useState("");
  const narrowed = useRef<HTMLParagraphElement>(null);
  useEffect(() => narrowed.current?.scrollIntoView({ block: "nearest" }), [several]);
  const limit = answer?.usedLimit || wish.minutes;
  const only = several.length > 0 ? found.filter((f) => several.includes(f.posting?.id ?? "")) : found;
  const change = (part: Partial<Wish>) => {
    setSeveral([]);
    setHint("");
    onWish(part);
  };
  const onOrder = (order: NearbyOrder) => {
    if (order === NearbyOrder.SCORE && !knowsPerson(wish)) {
      setConditionsOpen(true);
      setHint("先点一点您的条件，或在上面写想干什么，才知道哪个最合适。");
      return;
    }
    change({ order });
  };
  // Without anything known of the person there is no best match any more.
  const onConditions = (part: Partial<Wish>) => {
    const next = { ...wish, ...part };
    const order = knowsPerson(next) ? next.order : NearbyOrder.MINUTES;
    change({ ...part, order: next.order === NearbyOrder.SCORE ? order : next.order });
  };
  const now = nearby.now();
  return (
    <>
      <div class="heading">
        <h1>现在附近有什么活</h1>
        <Summary nearby={nearby} wish={wish} />
      </div>
      <section class="look" aria-label="在哪里找">
        <Where wish={wish} onWish={change} />
        <button type="button" class="button disclose map-toggle" aria-expanded={mapOpen} onClick={() => setMapOpen(!mapOpen)}>
          <span>方位图</span>
          <small>活在哪个方向</small>
        </button>
        <div class={`map-box ${mapOpen ? "open" : ""}`}>
          <RoundMap origin={answer?.origin} found={found} limit={limit} onOpen={onOpen} onSeveral={setSeveral} />
          <Rings rings={answer?.rings ?? []} limit={limit} onWish={change} />
        </div>
      </section>
      <Search
        text={wish.text}
        readAs={wish.text ? (answer?.readAs ?? "") : ""}
        onDraft={props.onDraft}
        onText={(text) => change({ text, order: text ? NearbyOrder.SCORE : NearbyOrder.MINUTES })}
      />
      <Trades nearby={nearby} wish={wish} onWish={change} />
      <section aria-label="附近的活">
        <div class="orders">
          <Choice
            label="怎么排"
            caption="先看"
            options={ORDERS}
            pressed={(order) => order === wish.order}
            onPress={onOrder}
          />
          <ConditionsButton wish={wish} open={conditionsOpen} onToggle={() => setConditionsOpen(!conditionsOpen)} />
        </div>
        {conditionsOpen && <Conditions wish={wish} hint={hint} onWish={onConditions} />}
        {answer?.widened && answer.note && only.length > 0 && (
          <p class="note" role="status">
            {answer.note}
          </p>
        )}
        {nearby.failed && answer && (
          <p class="note" role="status">
            没查到最新的，正在重试。下面显示的可能是早些时候的。
          </p>
        )}
        {several.length > 0 && (
          <p class="only" ref={narrowed} role="status">
            只看图上这一片的{only.length}个活
            <button type="button" class="button" onClick={() => setSeveral([])}>
              看全部
            </button>
          </p>
        )}
        {only.length === 0 && <Nothing nearby={nearby} wish={wish} onWish={change} />}
        <ul class={`cards ${nearby.loading ? "loading" : ""}`}>
          {only.map((one) => {
            const id = one.posting?.id ?? "";
            return (
              <Card
                key={id}
                found={one}
                travel={wish.travel}
                now={now}
                fresh={fresh.has(id)}
                gone={gone.get(id)}
                held={held.has(id)}
                onOpen={onOpen}
              />
            );
          })}
        </ul>
        {answer?.nextPageToken && several.length === 0 && (
          <button type="button" class="button more" onClick={nearby.more}>
            再看一些
          </button>
        )}
      </section>
    </>
  );
}
