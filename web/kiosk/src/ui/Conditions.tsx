// What the person holds and wishes, by taps. Nothing of it is kept anywhere.
import { CERTIFICATES, conditionsSet, HOURS, type Hours, PAY_FLOORS, type Wish } from "../wish";
import { Choice, toggled } from "./Choice";

const NONE = "没有证";

interface Props {
  wish: Wish;
  open: boolean;
  /** Why it was opened. */
  hint: string;
  onToggle(): void;
  onWish(part: Partial<Wish>): void;
}

export function Conditions({ wish, open, hint, onToggle, onWish }: Props) {
  const set = conditionsSet(wish);
  const certificate = (name: string) => {
    if (name === NONE) onWish({ noCertificates: !wish.noCertificates, certificates: [] });
    else onWish({ certificates: toggled(wish.certificates, name), noCertificates: false });
  };
  return (
    <section class="conditions" aria-label="我的条件">
      <button type="button" class="button disclose" aria-expanded={open} aria-controls="conditions" onClick={onToggle}>
        <span>我的条件</span>
        <small>{set > 0 ? `已选${set}项` : "证件、时间、工钱"}</small>
      </button>
      <div id="conditions" class="panel" hidden={!open}>
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
      </div>
    </section>
  );
}
