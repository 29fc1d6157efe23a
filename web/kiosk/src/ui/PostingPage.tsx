// One posting with all its terms, and the way to a place.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Api, CALL_MS } from "../api";
import { faultWords } from "../faults";
import type { Travel } from "../gen/jobmatch/v1/common_pb";
import { ConditionMode, ConditionState, type Condition } from "../gen/jobmatch/v1/match_pb";
import type { NearbyPosting } from "../gen/jobmatch/v1/nearby_pb";
import type { JobPosting } from "../gen/jobmatch/v1/posting_pb";
import type { Gone } from "../nearby";
import { payWords } from "../pay";
import { fromCivil, soonWords, windowWords } from "../time";
import { metresWords, placesWords, termsOf, wayWords } from "../words";
import { Checked, GONE_WORDS } from "./Card";
import type { Held } from "./Sitting";
import { Take } from "./Take";

interface Props {
  api: Api;
  id: string;
  /** As it stands in the list. Absent: it has left it. */
  found: NearbyPosting | undefined;
  gone: Gone | undefined;
  travel: Travel;
  now(): number;
  held: Held | undefined;
  onHeld(place: Held | undefined): void;
  onBack(): void;
}

/** The posting as it is in the list, and as the store has it. */
function usePosting({ api, id, found, gone }: Props) {
  const last = useRef(found);
  if (found) last.current = found;
  // What is told of its going stays, although the list forgets it.
  const lastGone = useRef(gone);
  if (gone || found) lastGone.current = gone;
  const [stored, setStored] = useState<JobPosting>();
  const [failed, setFailed] = useState("");
  useEffect(() => {
    const abort = new AbortController();
    api.postings
      .getPosting({ id }, { signal: abort.signal, timeoutMs: CALL_MS })
      .then((answer) => setStored(answer.posting))
      .catch((error: unknown) => abort.signal.aborted || setFailed(faultWords(error)));
    return () => abort.abort();
  }, [api, id]);
  const near = last.current;
  const newer = (near?.posting?.seq ?? 0n) > (stored?.seq ?? 0n) ? near?.posting : stored;
  return { near, posting: newer ?? near?.posting, failed, gone: lastGone.current };
}

const MARKS: Record<ConditionState, [string, string]> = {
  [ConditionState.UNSPECIFIED]: ["", ""],
  [ConditionState.MET]: ["met", "符合"],
  [ConditionState.UNMET]: ["unmet", "不符"],
  [ConditionState.UNKNOWN]: ["unknown", "要问"],
};

function Reasons({ near }: { near: NearbyPosting | undefined }) {
  const told = (c: Condition) => c.evidence && c.mode !== ConditionMode.IGNORED;
  const conditions = near?.conditions.filter(told) ?? [];
  const factors = near?.factors.filter((f) => f.evidence) ?? [];
  if (conditions.length + factors.length === 0) return null;
  return (
    <section class="block">
      <h2>跟您合不合适</h2>
      <ul class="reasons">
        {conditions.map((c) => (
          <li key={`c${c.kind}`} class={MARKS[c.state][0]}>
            <b>{MARKS[c.state][1]}</b>
            {c.evidence}
          </li>
        ))}
        {factors.map((f) => (
          <li key={`f${f.kind}`}>{f.evidence}</li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ posting, near, travel, now }: { posting: JobPosting; near?: NearbyPosting; travel: Travel; now: number }) {
  const { window, gig } = posting;
  const soon = soonWords(fromCivil(window?.start ?? ""), now);
  const facts: [string, string, string][] = [
    ["什么时候", window ? windowWords(window.start, window.end, now) : "", soon],
    ["在哪集合", gig?.meetingPoint ?? "", ""],
    ["路上", near ? wayWords(near.minutes, travel) : "", near ? `直线${metresWords(near.metres)}` : ""],
    ["名额", placesWords(posting), ""],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, words]) => words)
        .map(([name, words, beside]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {words} {beside && <small>{beside}</small>}
            </dd>
          </div>
        ))}
    </dl>
  );
}

export function PostingPage(props: Props) {
  const { near, posting, failed, gone: went } = usePosting(props);
  const title = useRef<HTMLHeadingElement>(null);
  const shown = posting !== undefined;
  useEffect(() => {
    scrollTo(0, 0);
    title.current?.focus();
  }, [shown]);
  const back = (
    <button type="button" class="button back" onClick={props.onBack}>
      <span aria-hidden="true">←</span> 返回
    </button>
  );
  if (!posting) {
    return (
      <div class="posting">
        {back}
        <p class="nothing" role="status">
          {failed || "正在打开……"}
        </p>
      </div>
    );
  }
  const { amount, unit } = payWords(posting.pay);
  const gone = props.held ? undefined : went;
  return (
    <article class="posting">
      {back}
      {gone && (
        <p class="note gone-note" role="alert">
          这个活{GONE_WORDS[gone]}，请看看别的活。
        </p>
      )}
      <h1 ref={title} tabIndex={-1}>
        {posting.title}
      </h1>
      <p class="employer">
        <span>{posting.employer || "单位没写明"}</span>
        {posting.gig?.employerChecked && <Checked />}
      </p>
      <p class="pay">
        <strong class={amount.length > 8 ? "long" : ""}>{amount}</strong>
        <span>{unit}</span>
        {near?.yuanPerHour !== undefined && unit !== "元/时" && <small>约{Math.round(near.yuanPerHour)}元/时</small>}
      </p>
      <Facts posting={posting} near={near} travel={props.travel} now={props.now()} />
      <Take api={props.api} posting={posting} gone={gone} now={props.now} held={props.held} onHeld={props.onHeld} />
      <section class="block">
        <h2>说好的条件</h2>
        <dl class="terms">
          {termsOf(posting).map(([name, words]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Reasons near={near} />
      {posting.description && (
        <section class="block">
          <h2>活的说明</h2>
          <p class="text">{posting.description}</p>
        </section>
      )}
    </article>
  );
}
