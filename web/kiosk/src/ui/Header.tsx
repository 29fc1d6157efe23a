import { useEffect, useState } from "preact/hooks";
import { clockWords } from "../time";
import type { Line } from "../watch";

export type Tab = "find" | "stations";

const LINES: Record<Line, string> = {
  connecting: "正在连接",
  live: "实时更新",
  offline: "离线，正在重连",
};

interface Props {
  title: string;
  tab: Tab;
  onTab(tab: Tab): void;
  line: Line;
  now(): number;
}

function Clock({ now }: { now(): number }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 10_000);
    return () => clearInterval(timer);
  }, []);
  return <span class="clock">{clockWords(now())}</span>;
}

/** The mark: the kiosk in the middle, rings of minutes around it. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="18" />
      <circle cx="20" cy="20" r="11" />
      <circle class="core" cx="20" cy="20" r="4.5" />
      <circle class="spark" cx="29" cy="11" r="3.5" />
    </svg>
  );
}

export function Header({ title, tab, onTab, line, now }: Props) {
  const tabs: [Tab, string][] = [
    ["find", "找活"],
    ["stations", "服务点"],
  ];
  return (
    <header class="top">
      <a class="skip" href="#main">
        跳到内容
      </a>
      <div class="brand">
        <Mark />
        <p class="brand-name">{title}</p>
      </div>
      <p class={`line ${line}`} role="status">
        <span class="line-dot" aria-hidden="true" />
        {LINES[line]}
      </p>
      <nav class="tabs" aria-label="页面">
        {tabs.map(([id, words]) => (
          <button key={id} type="button" class="tab" aria-current={tab === id ? "page" : undefined} onClick={() => onTab(id)}>
            {words}
          </button>
        ))}
      </nav>
      <Clock now={now} />
    </header>
  );
}
