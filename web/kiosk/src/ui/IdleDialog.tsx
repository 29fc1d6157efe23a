import { useEffect, useRef } from "preact/hooks";

/** `left`: seconds until the wipe. Any sign of life closes it; the button is the plain one. */
export function IdleDialog({ left }: { left: number }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} class="dialog idle" role="alertdialog" aria-labelledby="idle-title" aria-describedby="idle-text">
      <h2 id="idle-title">您还在用吗？</h2>
      <p class="idle-count" aria-hidden="true">
        {left}
      </p>
      <p id="idle-text">为了保护您的信息，没人用时会清空，回到第一页。</p>
      <button type="button" class="button primary" autofocus>
        我还在用
      </button>
    </dialog>
  );
}
