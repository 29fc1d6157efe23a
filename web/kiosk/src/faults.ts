// What went wrong, in words for the person at the screen.
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb";

const BY_REASON: Record<string, string> = {
  NO_PLACES: "对不起，名额刚刚被别人占满了。请看看别的活。",
  NOT_OPEN: "这个活已经不招人了，或者已经开工了。",
  PLACES_UNKNOWN: "这个活没写招几个人，请到柜台问工作人员。",
  OVERLAP: "您同一时间已经有别的活了。要换的话，先到柜台退掉那一个。",
};

/** The stable reason of a refused call, `NO_PLACES`. Empty: none was told. */
export function reasonOf(error: unknown): string {
  const fault = ConnectError.from(error);
  const told = fault.findDetails(ErrorInfoSchema)[0]?.reason;
  if (told) return told;
  // Some proxies drop the details; the message begins with the reason in the worst case.
  return Object.keys(BY_REASON).find((reason) => fault.rawMessage.includes(reason)) ?? "";
}

/** Whether the call never got an answer, so that it may be tried again. */
export function isOffline(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  return code === Code.Unavailable || code === Code.Unknown || code === Code.DeadlineExceeded;
}

export function faultWords(error: unknown): string {
  const words = BY_REASON[reasonOf(error)];
  if (words) return words;
  const { code } = ConnectError.from(error);
  if (code === Code.NotFound) return "这个活已经撤下了。";
  if (code === Code.Unimplemented) return "这台机器还没有开通这项服务，请到柜台问。";
  if (code === Code.InvalidArgument) return "输入的内容不对，请检查后再试。";
  if (code === Code.Unauthenticated || code === Code.PermissionDenied) return "这台机器没有权限，请到柜台办理。";
  if (code === Code.ResourceExhausted) return "现在用的人太多，请过一会儿再试。";
  if (isOffline(error)) return "网络不通，请过一会儿再试，或到柜台办理。";
  return "没办成，请再试一次，或到柜台办理。";
}
