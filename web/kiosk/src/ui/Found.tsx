// The cards, and what is to be said of them.
import { useEffect, useRef } from "preact/hooks";
import { MINUTES } from "../config";
import type { Nearby } from "../nearby";
import { conditionsSet, type Wish } from "../wish";
import { Card } from "./Card";
import type { Held } from "./Sitting";

interface Props {
  nearby: Nearby;
  wish: Wish;
  /** Ids of the part of the map that is looked at. Empty: all. */
  several: string[];
  held: ReadonlyMap<string, Held>;
  onWish(part: Partial<Wish>): void;
  onOpen(id: string): void;
  onAll(): void;
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

/** What the answer has to tell beside its postings. */
function Notes({ nearby, shown }: { nearby: Nearby; shown: number }) {
  const { answer, failed } = nearby;
  return (
    <>
      {answer?.widened && answer.note && shown > 0 && (
        <p class="note" role="status">
          {answer.note}
        </p>
      )}
      {failed && answer && (
        <p class="note" role="status">
          没查到最新的，正在重试。下面显示的可能是早些时候的。
        </p>
      )}
    </>
  );
}

export function Found({ nearby, wish, several, held, onWish, onOpen, onAll }: Props) {
  const { answer, found, gone, fresh } = nearby;
  const narrowed = useRef<HTMLParagraphElement>(null);
  useEffect(() => narrowed.current?.scrollIntoView({ block: "nearest" }), [several]);
  const only = several.length > 0 ? found.filter((f) => several.includes(f.posting?.id ?? "")) : found;
  const now = nearby.now();
  return (
    <>
      <Notes nearby={nearby} shown={only.length} />
      {several.length > 0 && (
        <p class="only" ref={narrowed} role="status">
          只看图上这一片的{only.length}个活
          <button type="button" class="button" onClick={onAll}>
            看全部
          </button>
        </p>
      )}
      {only.length === 0 && <Nothing nearby={nearby} wish={wish} onWish={onWish} />}
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
              gone={gone.get(id)?.kind}
              held={(held.get(id)?.until ?? 0) > now}
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
    </>
  );
}
