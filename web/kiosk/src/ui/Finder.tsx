// The first screen: what is near now.
import { useState } from "preact/hooks";
import { NearbyOrder } from "../gen/jobmatch/v1/nearby_pb";
import type { Nearby } from "../nearby";
import { knowsPerson, type Wish } from "../wish";
import { ORDERS, TRAVELS } from "../words";
import { Choice } from "./Choice";
import { Conditions, ConditionsButton } from "./Conditions";
import { Found } from "./Found";
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

/** How far, by what and when, beside the map of it. */
function Look({ nearby, wish, onWish, onOpen, onSeveral }: Omit<Props, "onDraft" | "held"> & { onSeveral(ids: string[]): void }) {
  const [open, setOpen] = useState(false);
  const { answer, found, gone } = nearby;
  const limit = answer?.usedLimit || wish.minutes;
  const there = found.filter((f) => !gone.has(f.posting?.id ?? ""));
  return (
    <section class="look" aria-label="在哪里找">
      <Where wish={wish} onWish={onWish} />
      <button type="button" class="button disclose map-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>方位图</span>
        <small>活在哪个方向</small>
      </button>
      <div class={`map-box ${open ? "open" : ""}`}>
        <RoundMap origin={answer?.origin} found={there} limit={limit} onOpen={onOpen} onSeveral={onSeveral} />
        <Rings rings={answer?.rings ?? []} limit={limit} onWish={onWish} />
      </div>
    </section>
  );
}

/** The order, and what the person tells of themselves, on which the best one depends. */
function Orders({ wish, onWish }: Pick<Props, "wish" | "onWish">) {
  const [open, setOpen] = useState(false);
  const [hint, setHint] = useState("");
  const onOrder = (order: NearbyOrder) => {
    if (order === NearbyOrder.SCORE && !knowsPerson(wish)) {
      setOpen(true);
      setHint("先点一点您的条件，或在上面写想干什么，才知道哪个最合适。");
      return;
    }
    onWish({ order });
  };
  return (
    <>
      <div class="orders">
        <Choice
          label="怎么排"
          caption="先看"
          options={ORDERS}
          pressed={(order) => order === wish.order}
          onPress={onOrder}
        />
        <ConditionsButton wish={wish} open={open} onToggle={() => setOpen(!open)} />
      </div>
      {open && <Conditions wish={wish} hint={knowsPerson(wish) ? "" : hint} onWish={onWish} />}
    </>
  );
}

export function Finder({ nearby, wish, onWish, onOpen, onDraft, held }: Props) {
  // Ids of the dots that were pressed. Empty: all.
  const [several, setSeveral] = useState<string[]>([]);
  const change = (part: Partial<Wish>) => {
    setSeveral([]);
    onWish(part);
  };
  return (
    <>
      <div class="heading">
        <h1>现在附近有什么活</h1>
        <Summary nearby={nearby} wish={wish} />
      </div>
      <Look nearby={nearby} wish={wish} onWish={change} onOpen={onOpen} onSeveral={setSeveral} />
      <Search
        text={wish.text}
        readAs={wish.text ? (nearby.answer?.readAs ?? "") : ""}
        onDraft={onDraft}
        onText={(text) => change({ text, order: text ? NearbyOrder.SCORE : NearbyOrder.MINUTES })}
      />
      <Trades nearby={nearby} wish={wish} onWish={change} />
      <section aria-label="附近的活">
        <Orders wish={wish} onWish={change} />
        <Found
          nearby={nearby}
          wish={wish}
          several={several}
          held={held}
          onWish={change}
          onOpen={onOpen}
          onAll={() => setSeveral([])}
        />
      </section>
    </>
  );
}
