// What the person holds and wishes, by taps. Nothing of it is kept anywhere.
import { CERTIFICATES, conditionsSet, HOURS, type Hours, PAY_FLOORS, type Wish } from "../wish";
import { Choice, toggled } from "./Choice";

const NONE = "没有证";

interface ButtonProps {
  wish: Wish;
  open: boolean;
  onToggle(): void;
}

export function ConditionsButton({ wish, open, onToggle }: ButtonProps) {
  const set = conditionsSet(wish);
  return (
    <button type="button" class="button disclose" aria-expanded={open} onClick={onToggle}>
      <span>我的条件</span>
      {set > 0 && <small>已选{set}项</small>}
    </button>
  );
}

interface Props {
  wish: Wish;
  /** Why it was opened. */
  hint: string;
  onWish(part: Partial<Wish>): void;
}

export function Conditions({ wish, hint, onWish }: Props) {
  const certificate = (name: string) => {
    if (name === NONE) onWish({ noCertificates: !wish.noCertificates, certificates: [] });
    else onWish({ certificates: toggled(wish.certificates, name), noCertificates: false });
  };
  return (
    <section class="panel" aria-label="我的条件">
        <p class="hint" role="status">
          {hint}
        </p>
        <Choice
          label="我有的证"
          caption="我有的证"
          options={[...CERTIFICATES, NONE].map((name) => [name, name])}
          pressed={(name) => (name === NONE ? wish.noCertificates : wish.certificates.includes(name))}
          onPress={certificate}
        />
        <Choice
          label="能干的时间"
          caption="能干的时间"
          options={(Object.keys(HOURS) as Hours[]).map((h) => [h, HOURS[h].words])}
          pressed={(hours) => wish.hours.includes(hours)}
          onPress={(hours) => onWish({ hours: toggled(wish.hours, hours) })}
        />
        <Choice
          label="一天最少多少钱"
          caption="一天最少"
          options={[[0, "不限"], ...PAY_FLOORS.map((yuan): [number, string] => [yuan, `${yuan}元`])]}
          pressed={(yuan) => wish.payFloor === yuan}
          onPress={(payFloor) => onWish({ payFloor })}
        />
    </section>
  );
}
