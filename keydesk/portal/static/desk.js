// The support desk by keyboard. Without this, everything is there for the mouse and the Tab key.
// <table data-rows>: j and k go from row to row, o or Enter opens one, x chooses it.
// <form data-take>: t takes the row's request.       <… data-key="a">: a goes there; with data-press, does it.
// <dialog data-keys> lists all of them; <button data-show-keys hidden> and ? open it.
const dialog = document.querySelector("[data-keys]");
const opener = document.querySelector("[data-show-keys]");
const wanted = dialog?.querySelector("[data-use-keys]");
const STORED = "keydesk.keys";

if (opener && dialog?.showModal) {
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
}
if (wanted) {
  // Whoever speaks to the computer, or types by accident, can turn single keys off on this device.
  wanted.checked = localStorage.getItem(STORED) !== "off";
  wanted.addEventListener("change", () => localStorage.setItem(STORED, wanted.checked ? "on" : "off"));
}

const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
const present = () => rows.findIndex((row) => row.contains(document.activeElement));
const go = (step) => {
  const at = present();
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next]?.querySelector("a")?.focus();
};
const ofRow = (what) => rows[present()]?.querySelector(what);

const take = () => {
  const form = document.querySelector("[data-take]");
  const link = ofRow("a");
  if (!form || !link) return false;
  form.action = `${link.pathname}/take`;
  form.submit();
  return true;
};

const named = (key) => {
  const place = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!place) return false;
  const within = "textarea, input:not([type=hidden]), button";
  const target = place.matches("button, a, input, textarea") ? place : place.querySelector(within);
  if (!target) return false;
  if ("press" in place.dataset) target.click();
  else target.focus();
  return true;
};

const DOES = {
  j: () => rows.length > 0 && (go(1), true),
  k: () => rows.length > 0 && (go(-1), true),
  o: () => Boolean(ofRow("a")) && (ofRow("a").click(), true),
  x: () => Boolean(ofRow("[name=chosen]")) && (ofRow("[name=chosen]").click(), true),
  t: () => take() || named("t"),
  "?": () => Boolean(dialog?.showModal) && (dialog.showModal(), true),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key !== "?" && wanted && !wanted.checked) return;
  const done = Object.hasOwn(DOES, event.key) ? DOES[event.key]() : event.key.length === 1 && named(event.key);
  if (done) event.preventDefault();
});

// One box for all boxes of the page.
const all = document.querySelector("[data-check-all]");
if (all) {
  const boxes = [...document.querySelectorAll("[name=chosen]")];
  all.hidden = boxes.length === 0;
  const show = () => {
    const checked = boxes.filter((box) => box.checked).length;
    all.checked = checked > 0 && checked === boxes.length;
    all.indeterminate = checked > 0 && checked < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
