// Keeps the number of waiting requests up to date, every half minute while the page is looked at. Without
// this, it is what it was when the page came.
// <span data-waiting hidden>… <span data-count>7</span></span>
const count = document.querySelector("[data-waiting]");
if (count) {
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const HALF_A_MINUTE = 30_000;
  let looked = count.hidden ? 0 : Date.now();

  const look = async () => {
    if (document.hidden || Date.now() - looked < HALF_A_MINUTE) return;
    looked = Date.now();
    try {
      const answer = await fetch("/api/v1/support/requests/waiting", { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      count.querySelector("[data-count]").textContent = number.format((await answer.json()).waiting);
      count.hidden = false;
    } catch {
      // Away for a moment; the next look tells.
    }
  };
  look();
  setInterval(look, HALF_A_MINUTE / 6);
  document.addEventListener("visibilitychange", look);
}
