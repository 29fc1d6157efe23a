// What one person sees: the finder, a posting over it, or the service points.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "../api";
import type { Config } from "../config";
import { useNearby } from "../nearby";
import { changed, firstWish, type Wish } from "../wish";
import { Finder } from "./Finder";
import { Header, type Tab } from "./Header";
import { PostingPage } from "./PostingPage";
import { Stations } from "./Stations";

/** A place that is kept for the person at the screen. */
export interface Held {
  taker: string;
  /** Milliseconds. */
  until: number;
}

interface Props {
  api: Api;
  config: Config;
  onPristine(pristine: boolean): void;
}

/** The page that lies over the finder goes away with the browser's own way back, too. */
function useOpened(): [string | undefined, (id: string) => void, () => void] {
  const [opened, setOpened] = useState<string>();
  const depth = useRef(0);
  useEffect(() => {
    const back = () => {
      depth.current = 0;
      setOpened(undefined);
    };
    addEventListener("popstate", back);
    return () => {
      removeEventListener("popstate", back);
      if (depth.current > 0) history.back();
    };
  }, []);
  const open = useCallback((id: string) => {
    // The entry is empty: no trace of what was looked at stays in the history.
    if (depth.current === 0) history.pushState(null, "");
    depth.current = 1;
    setOpened(id);
  }, []);
  return [opened, open, () => history.back()];
}

export function Sitting({ api, config, onPristine }: Props) {
  const [wish, setWish] = useState<Wish>(() => firstWish(config));
  const [tab, setTab] = useState<Tab>("find");
  const [opened, open, close] = useOpened();
  const [held, setHeld] = useState<ReadonlyMap<string, Held>>(new Map());
  const [said, setSaid] = useState("");
  const [drafting, setDrafting] = useState(false);
  const first = useRef(wish);
  const returnTo = useRef("");
  const nearby = useNearby(api, config, wish, setSaid);

  const untouched = wish === first.current && tab === "find" && !opened && held.size === 0 && !drafting;
  useEffect(() => onPristine(untouched), [untouched, onPristine]);

  const change = useCallback((part: Partial<Wish>) => setWish((before) => changed(before, part)), []);
  const hold = (id: string, place: Held | undefined) => {
    const next = new Map(held);
    if (place) next.set(id, place);
    else next.delete(id);
    setHeld(next);
  };
  const show = (id: string) => {
    returnTo.current = id;
    open(id);
  };
  // Back from a posting, the keyboard stands where it left.
  useEffect(() => {
    if (opened || !returnTo.current) return;
    document.getElementById(`open-${returnTo.current}`)?.focus();
  }, [opened]);

  const onTab = (next: Tab) => {
    if (opened) close();
    setTab(next);
    scrollTo(0, 0);
  };
  const found = opened ? nearby.found.find((f) => f.posting?.id === opened) : undefined;
  return (
    <>
      <Header title={config.title} tab={tab} onTab={onTab} line={nearby.line} now={nearby.now} />
      <main id="main" tabIndex={-1}>
        <div hidden={tab !== "find" || opened !== undefined}>
          <Finder nearby={nearby} wish={wish} onWish={change} onOpen={show} onDraft={setDrafting} held={held} />
        </div>
        {tab === "stations" && !opened && (
          <Stations api={api} config={config} travel={wish.travel} origin={nearby.answer?.origin} now={nearby.now} />
        )}
        {opened && (
          <PostingPage
            key={opened}
            api={api}
            id={opened}
            found={found}
            gone={nearby.gone.get(opened)?.kind}
            travel={wish.travel}
            now={nearby.now}
            held={held.get(opened)}
            onHeld={(place) => hold(opened, place)}
            onBack={close}
          />
        )}
      </main>
      <p class="sr" role="status" aria-live="polite">
        {said}
      </p>
    </>
  );
}
