// Buttons of which one, or any, are pressed.
import type { ComponentChildren } from "preact";

interface ChoiceProps<T> {
  label: string;
  /** Shown before the buttons; the label is then read out only. */
  caption?: string;
  options: [T, ComponentChildren][];
  pressed(value: T): boolean;
  onPress(value: T): void;
  class?: string;
}

export function Choice<T extends string | number>(props: ChoiceProps<T>) {
  return (
    <div class={`choice ${props.class ?? ""}`} role="group" aria-label={props.label}>
      {props.caption && (
        <span class="caption" aria-hidden="true">
          {props.caption}
        </span>
      )}
      <div class="chips">
        {props.options.map(([value, words]) => (
          <button
            key={value}
            type="button"
            class="chip"
            aria-pressed={props.pressed(value)}
            onClick={() => props.onPress(value)}
          >
            {words}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The list with the value in it, or without it where it was. */
export function toggled<T>(list: readonly T[], value: T): T[] {
  return list.includes(value) ? list.filter((v) => v !== value) : [...list, value];
}
