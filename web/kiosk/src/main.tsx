// Opens the page: reads the configuration, then shows the screen.
import { render } from "preact";
import { connect } from "./api";
import { readConfig } from "./config";
import { Screen } from "./ui/Screen";

const root = document.getElementById("app") as HTMLElement;
const RETRY_MS = 5_000;

async function open(): Promise<void> {
  let value: unknown;
  try {
    const answer = await fetch("config.json", { cache: "no-cache", credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    value = await answer.json();
  } catch {
    root.innerHTML = '<p class="boot" role="status">连不上服务，正在重试……</p>';
    setTimeout(() => void open(), RETRY_MS);
    return;
  }
  try {
    const config = readConfig(value);
    document.title = `${config.title} · 附近的活`;
    root.replaceChildren();
    render(<Screen api={connect(location.origin, config.apiKey)} config={config} />, root);
  } catch {
    root.innerHTML = '<p class="boot" role="alert">这台机器还没有设置好，请找工作人员。</p>';
  }
}

void open();
