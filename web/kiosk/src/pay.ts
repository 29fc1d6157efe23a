// Pay as it is spoken at a gig market.
import { type Pay, PayUnit } from "./gen/jobmatch/v1/common_pb";

/** An amount in large digits and what it is for. */
export interface PayWords {
  /** `230`, `4000–6000`, `面议`. */
  amount: string;
  /** `元/天`, `毛/件`. Empty where the amount says it all. */
  unit: string;
}

const PER: Record<PayUnit, string> = {
  [PayUnit.UNSPECIFIED]: "",
  [PayUnit.HOUR]: "/时",
  [PayUnit.DAY]: "/天",
  [PayUnit.MONTH]: "/月",
  [PayUnit.YEAR]: "/年",
  [PayUnit.PIECE]: "/件",
};

/** What a piece is, in the poster's own wording: `8毛一趟` is paid by the 趟. */
function pieceOf(text: string): string {
  const found = /[/每一]\s*(件|单|趟|车|平米|平方米|平方|课时|节|斤|公斤|吨|个|箱|包|亩|棵|米|次)/.exec(text);
  return `/${found?.[1] ?? "件"}`;
}

/** At most three decimals, none that are zero. */
function digits(yuan: number): string {
  return String(Math.round(yuan * 1000) / 1000);
}

/** Small sums are spoken in 毛 and 分: scale and name of the coin that fits all amounts. */
function coin(amounts: number[]): [number, string] {
  const fits = (scale: number) => amounts.every((a) => Math.abs(a * scale - Math.round(a * scale)) < 1e-6);
  if (amounts.some((a) => a >= 1 || a <= 0)) return [1, "元"];
  if (fits(10)) return [10, "毛"];
  return fits(100) ? [100, "分"] : [1, "元"];
}

export function payWords(pay: Pay | undefined): PayWords {
  const low = pay?.minYuan;
  const high = pay?.maxYuan;
  if (!pay || (low === undefined && high === undefined)) {
    return { amount: pay?.negotiable ? "面议" : pay?.text || "工钱没写明", unit: "" };
  }
  const [scale, name] = coin([low, high].filter((a) => a !== undefined));
  const per = pay.unit === PayUnit.PIECE ? pieceOf(pay.text) : PER[pay.unit];
  const unit = `${name}${per}`;
  const show = (yuan: number) => digits(yuan * scale);
  if (low !== undefined && high !== undefined) {
    return { amount: low === high ? show(low) : `${show(low)}–${show(high)}`, unit };
  }
  if (low !== undefined) return { amount: show(low), unit: `${unit}起` };
  return { amount: `最多${show(high ?? 0)}`, unit };
}

/** The whole in one line, for screen readers and short labels. */
export function payLine(pay: Pay | undefined): string {
  const { amount, unit } = payWords(pay);
  return amount + unit;
}
