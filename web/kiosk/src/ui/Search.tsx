// A few words of what is wanted, typed any way: characters, pinyin, initials.
import { useEffect, useState } from "preact/hooks";
import { Keypad } from "./Keypad";

const LONGEST = 60;

interface Props {
  /** What is asked for now. */
  text: string;
  /** What the service read it as. */
  readAs: string;
  onText(text: string): void;
  onDraft(drafting: boolean): void;
}

export function Search({ text, readAs, onText, onDraft }: Props) {
  const [entry, setEntry] = useState(text);
  const [keys, setKeys] = useState(false);
  useEffect(() => onDraft(entry !== ""), [entry, onDraft]);
  const send = (event: Event) => {
    event.preventDefault();
    onText(entry.trim());
  };
  const clear = () => {
    setEntry("");
    onText("");
  };
  return (
    <section class="search" aria-label="按想干的活找">
      <form role="search" onSubmit={send}>
        <label class="sr" for="wanted">
          想干什么
        </label>
        <input
          id="wanted"
          type="text"
          value={entry}
          maxLength={LONGEST}
          placeholder="想干什么？如：baoan、包住 厨师"
          autocomplete="off"
          spellcheck={false}
          enterkeyhint="search"
          inputMode={keys ? "none" : "text"}
          onInput={(event) => setEntry(event.currentTarget.value)}
        />
        {entry && (
          <button type="button" class="button clear" onClick={clear}>
            清空
          </button>
        )}
        <button type="button" class="button keys-toggle" aria-expanded={keys} onClick={() => setKeys(!keys)}>
          拼音键盘
        </button>
        <button type="submit" class="button primary">
          找
        </button>
      </form>
      {keys && <Keypad lower onType={(change) => setEntry((before) => change(before).slice(0, LONGEST))} />}
      {readAs && (
        <p class="read-as" role="status">
          按“<b>{readAs}</b>”找的
        </p>
      )}
    </section>
  );
}
