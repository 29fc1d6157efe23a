// How far, by what, and when.
import { useState } from "preact/hooks";
import { MINUTES } from "../config";
import type { Wish } from "../wish";
import { TRAVELS, WHENS } from "../words";
import { Choice } from "./Choice";

interface Props {
  wish: Wish;
  onWish(part: Partial<Wish>): void;
}

function Minutes({ wish, onWish }: Props) {
  const { least, most, step } = MINUTES;
  const set = (minutes: number) => onWish({ minutes: Math.min(most, Math.max(least, minutes)) });
  return (
    <div class="minutes">
      <label class="caption" for="minutes">
        路上最多 <output for="minutes">{wish.minutes}</output> 分钟
      </label>
      <div class="slider">
        <button type="button" class="chip step" aria-label="近一点" disabled={wish.minutes <= least} onClick={() => set(wish.minutes - step)}>
          −
        </button>
        <input
          id="minutes"
          type="range"
          min={least}
          max={most}
          step={step}
          value={wish.minutes}
          aria-valuetext={`${wish.minutes}分钟`}
          onInput={(event) => set(Number(event.currentTarget.value))}
        />
        <button type="button" class="chip step" aria-label="远一点" disabled={wish.minutes >= most} onClick={() => set(wish.minutes + step)}>
          +
        </button>
      </div>
    </div>
  );
}

/** On a phone the rest is folded behind a button that tells what is chosen. */
export function Where({ wish, onWish }: Props) {
  const [open, setOpen] = useState(false);
  const name = <T,>(list: [T, string][], value: T) => list.find(([v]) => v === value)?.[1] ?? "";
  const narrowed = Number(wish.sameDay) + Number(wish.checkedOnly);
  return (
    <div class="where">
      <Minutes wish={wish} onWish={onWish} />
      <button type="button" class="button disclose where-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>怎么去、什么时候</span>
        <small>
          {name(TRAVELS, wish.travel)}，{name(WHENS, wish.when)}
          {narrowed > 0 && `，另${narrowed}项`}
        </small>
      </button>
      <div class={`where-rest ${open ? "open" : ""}`}>
        <Choice
          class="even"
          label="怎么去"
          caption="怎么去"
          options={TRAVELS}
          pressed={(travel) => travel === wish.travel}
          onPress={(travel) => onWish({ travel })}
        />
        <Choice
          class="even"
          label="什么时候干"
          caption="什么时候干"
          options={WHENS}
          pressed={(when) => when === wish.when}
          onPress={(when) => onWish({ when })}
        />
        <Choice
          class="even"
          label="只看"
          caption="只看"
          options={[
            ["sameDay", "当天结钱"],
            ["checkedOnly", "单位已核实"],
          ]}
          pressed={(key) => wish[key as "sameDay" | "checkedOnly"]}
          onPress={(key) => onWish({ [key]: !wish[key as "sameDay" | "checkedOnly"] })}
        />
      </div>
    </div>
  );
}
