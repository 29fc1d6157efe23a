// How far, by what, and when.
import type { RingCount } from "../gen/jobmatch/v1/nearby_pb";
import { MINUTES } from "../config";
import type { Wish } from "../wish";
import { TRAVELS, WHENS } from "../words";
import { Choice } from "./Choice";

interface Props {
  wish: Wish;
  rings: RingCount[];
  /** Minutes that the answer reached. */
  limit: number;
  onWish(part: Partial<Wish>): void;
}

function Minutes({ wish, onWish }: Pick<Props, "wish" | "onWish">) {
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

/** Counts within so many minutes, each ring with those inside it. */
function Rings({ rings, limit, onWish }: Pick<Props, "rings" | "limit" | "onWish">) {
  let within = 0;
  const counts = rings
    .map(({ minutes, count }) => ({ minutes, within: (within += count) }))
    .filter(({ minutes }) => minutes <= limit + 0.5);
  if (counts.length === 0) return null;
  return (
    <ul class="rings" aria-label="多少分钟内有多少活">
      {counts.map(({ minutes, within }) => (
        <li key={minutes}>
          <button type="button" onClick={() => onWish({ minutes: Math.min(MINUTES.most, minutes) })}>
            {minutes}分钟内 <b>{within}</b>个
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Where({ wish, rings, limit, onWish }: Props) {
  return (
    <div class="where">
      <Minutes wish={wish} onWish={onWish} />
      <Rings rings={rings} limit={limit} onWish={onWish} />
      <Choice
        label="怎么去"
        caption="怎么去"
        options={TRAVELS}
        pressed={(travel) => travel === wish.travel}
        onPress={(travel) => onWish({ travel })}
      />
      <Choice
        label="什么时候干"
        caption="什么时候干"
        options={WHENS}
        pressed={(when) => when === wish.when}
        onPress={(when) => onWish({ when })}
      />
      <Choice
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
  );
}
