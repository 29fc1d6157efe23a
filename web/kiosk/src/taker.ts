// The code by which a place is taken: opaque, given out by the station, never a number of a person.

export type CodeFault = "phone" | "identity" | "form";

export const CODE_WORDS: Record<CodeFault, string> = {
  phone: "这像是手机号。请不要输手机号，请输卡片上的编号。",
  identity: "这像是身份证号。请不要输身份证号，请输卡片上的编号。",
  form: "编号只有字母和数字，请照卡片上的输。",
};

/** Full-width letters made plain, blanks taken out. */
export function cleanCode(entry: string): string {
  return entry.normalize("NFKC").replace(/\s/g, "");
}

/** What is wrong with an entry. Absent: nothing, or it is empty. */
export function faultOf(entry: string): CodeFault | undefined {
  const code = cleanCode(entry);
  if (code === "") return undefined;
  const bare = code.replace(/[-_.:()+]/g, "");
  if (/^(0{0,2}86)?\d{11}$/.test(bare)) return "phone";
  if (/^\d{15}$/.test(bare) || /^\d{17}[\dXx]$/.test(bare)) return "identity";
  return /^[A-Za-z0-9._:-]{1,64}$/.test(code) ? undefined : "form";
}
