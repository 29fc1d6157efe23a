// Letters and digits on the screen, for kiosks without a keyboard. Words are typed by pinyin,
// which the service reads.

const ROWS = ["1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"];

interface Props {
  /** What each key adds to the entry; the entry without its last character. */
  onType(change: (before: string) => string): void;
  lower?: boolean;
}

export function Keypad({ onType, lower }: Props) {
  const key = (face: string, name: string, change: (before: string) => string, wide = false) => (
    <button key={name} type="button" class={`key ${wide ? "wide" : ""}`} aria-label={name} onClick={() => onType(change)}>
      {face}
    </button>
  );
  return (
    <div class="keypad" role="group" aria-label="屏幕键盘">
      {ROWS.map((row, at) => (
        <div key={row} class="key-row">
          {[...row].map((c) => {
            const face = lower ? c.toLowerCase() : c;
            return key(face, face, (before) => before + face);
          })}
          {at === 3 && !lower && key("-", "短横", (before) => `${before}-`)}
          {at === 3 && key("退格", "退格", (before) => before.slice(0, -1), true)}
        </div>
      ))}
    </div>
  );
}
