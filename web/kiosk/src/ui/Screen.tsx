// The whole: one sitting of one person, wiped when they have gone.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "../api";
import type { Config } from "../config";
import { watchIdle } from "../idle";
import { IdleDialog } from "./IdleDialog";
import { Sitting } from "./Sitting";

interface Props {
  api: Api;
  config: Config;
}

export function Screen({ api, config }: Props) {
  const [sitting, setSitting] = useState(0);
  const [left, setLeft] = useState<number>();
  // Told by the sitting: nothing was entered or opened.
  const pristine = useRef(true);
  const onPristine = useCallback((value: boolean) => {
    pristine.current = value;
  }, []);

  useEffect(
    () =>
      watchIdle({
        seconds: config.idleSeconds,
        pristine: () => pristine.current,
        onWarning: setLeft,
        onReset() {
          // Another key: every entry, held place and open page is dropped with the old tree.
          if (!pristine.current) setSitting((n) => n + 1);
          scrollTo(0, 0);
        },
        target: document,
      }),
    [config],
  );

  return (
    <>
      <Sitting key={sitting} api={api} config={config} onPristine={onPristine} />
      {left !== undefined && <IdleDialog left={left} />}
    </>
  );
}
