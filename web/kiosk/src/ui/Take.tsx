// Taking a place with the code of the station's card, and giving it back.
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Api, CALL_MS } from "../api";
import { faultWords } from "../faults";
import type { JobPosting } from "../gen/jobmatch/v1/posting_pb";
import type { Gone } from "../nearby";
import { cleanCode, CODE_WORDS, faultOf } from "../taker";
import { clockWords } from "../time";
import { Keypad } from "./Keypad";
import type { Held } from "./Sitting";

/** Long enough to walk to the counter. */
const HOLD_SECONDS = 900;
const LONGEST_CODE = 64;

interface Props {
  api: Api;
  posting: JobPosting;
  gone: Gone | undefined;
  now(): number;
  held: Held | undefined;
  onHeld(place: Held | undefined): void;
}

interface AskProps {
  busy: boolean;
  refused: string;
  onCode(code: string): void;
  onCancel(): void;
}

/** Asks for the code; numbers of a person are refused while they are typed. */
function AskCode({ busy, refused, onCode, onCancel }: AskProps) {
  const [entry, setEntry] = useState("");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const fault = faultOf(entry);
  const words = fault ? CODE_WORDS[fault] : refused;
  const send = (event: Event) => {
    event.preventDefault();
    const code = cleanCode(entry);
    if (code && !fault && !busy) onCode(code);
  };
  const cancel = (event: Event) => {
    event.preventDefault();
    onCancel();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="code-title" onCancel={cancel}>
      <form onSubmit={send}>
        <h2 id="code-title">请输卡片上的编号</h2>
        <label class="caption" for="code">
          编号印在服务站发的卡片上。不要输手机号和身份证号。
        </label>
        <input
          id="code"
          type="text"
          value={entry}
          maxLength={LONGEST_CODE}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          autofocus
          aria-invalid={fault !== undefined}
          aria-describedby="code-fault"
          onInput={(event) => setEntry(event.currentTarget.value)}
        />
        <p id="code-fault" class="fault" role="alert">
          {words}
        </p>
        <Keypad onType={(change) => setEntry((before) => change(before).slice(0, LONGEST_CODE))} />
        <div class="row">
          <button type="button" class="button" onClick={onCancel}>
            不要了
          </button>
          <button type="submit" class="button primary" disabled={busy || fault !== undefined || cleanCode(entry) === ""}>
            {busy ? "正在办……" : "给我留位"}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Keeping({ held, now, busy, onBack }: { held: Held; now(): number; busy: boolean; onBack(): void }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 10_000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.ceil((held.until - now()) / 60_000);
  if (left <= 0) return <p class="note">留的位过期了。还想去的话，请再点“我要去”。</p>;
  return (
    <div class="kept" role="status">
      <p class="kept-words">
        <span>已为您留位15分钟，</span>
        <span>请到柜台确认</span>
      </p>
      <p>
        留到 <b>{clockWords(held.until)}</b>，编号 <b>{held.taker}</b>
      </p>
      <button type="button" class="button" disabled={busy} onClick={onBack}>
        不去了，退回名额
      </button>
    </div>
  );
}

export function Take({ api, posting, gone, now, held, onHeld }: Props) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const [said, setSaid] = useState("");
  const options = { timeoutMs: CALL_MS };

  const take = async (takerId: string) => {
    setBusy(true);
    setRefused("");
    try {
      const { slot } = await api.gigs.takeSlot({ postingId: posting.id, takerId, holdSeconds: HOLD_SECONDS }, options);
      const until = slot?.holdUntil ? timestampMs(slot.holdUntil) : now() + HOLD_SECONDS * 1000;
      onHeld({ taker: takerId, until });
      setAsking(false);
      setSaid("");
    } catch (error) {
      setRefused(faultWords(error));
    }
    setBusy(false);
  };
  const giveBack = async () => {
    if (!held) return;
    setBusy(true);
    try {
      await api.gigs.releaseSlot({ postingId: posting.id, takerId: held.taker }, options);
      onHeld(undefined);
      setSaid("名额已退回。");
    } catch (error) {
      setSaid(faultWords(error));
    }
    setBusy(false);
  };
  const full = posting.placesFree === 0;
  const running = held && held.until > now();
  return (
    <section class="take" aria-label="我要去">
      {held && <Keeping held={held} now={now} busy={busy} onBack={() => void giveBack()} />}
      {!running && (
        <button type="button" class="button primary go" disabled={full || gone !== undefined} onClick={() => setAsking(true)}>
          {full ? "已招满" : "我要去"}
        </button>
      )}
      {!running && !full && !gone && <p class="how">点了以后输卡片编号，名额给您留15分钟。</p>}
      <p class="said" role="status">
        {said}
      </p>
      {asking && (
        <AskCode
          busy={busy}
          refused={refused}
          onCode={(code) => void take(code)}
          onCancel={() => {
            setAsking(false);
            setRefused("");
          }}
        />
      )}
    </section>
  );
}
