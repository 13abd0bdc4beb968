// Keeps a progress bar up to date by the gateway's event stream, and goes on when all is done.
// <div data-progress-of="registration" data-id="reg_…" data-then="/register/reg_…/confirmation">
// With data-while="approved executing" it goes on as soon as the status is none of these.
const box = document.querySelector("[data-progress-of]");
if (box) {
  const kind = box.dataset.progressOf;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const bar = box.querySelector("progress");
  const events = new EventSource("/api/v1/events");

  const isOurs = (fact) => fact[`${kind}_id`] === box.dataset.id;
  const going = box.dataset.while?.split(" ");
  const isOver = (status) => (going ? !going.includes(status) : ["completed", "failed"].includes(status));
  // What somebody has begun to write is not thrown away: a later look goes on.
  const isWriting = () => [...document.querySelectorAll("textarea")].some((text) => text.value !== text.defaultValue);
  const goOn = () => {
    if (isWriting()) return;
    events.close();
    location.replace(box.dataset.then);
  };
  const show = (fact) => {
    if (!bar) return;
    bar.max = fact.total || 1;
    bar.value = fact.done;
    box.querySelector("[data-done]").textContent = number.format(fact.done);
    box.querySelector("[data-total]").textContent = number.format(fact.total);
  };

  events.addEventListener(`${kind}.progressed`, (event) => {
    const fact = JSON.parse(event.data);
    if (!isOurs(fact)) return;
    show(fact);
    if (isOver(fact.status)) goOn();
  });
  events.addEventListener(`${kind}.completed`, (event) => {
    if (isOurs(JSON.parse(event.data))) goOn();
  });

  // An event may have passed before the stream stood, or while it was broken: look now and then too.
  const look = async () => {
    const answer = await fetch(`/api/v1/${kind}s/${box.dataset.id}`, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const found = await answer.json();
    show(found.progress);
    if (isOver(found.status)) goOn();
  };
  events.addEventListener("open", look);
  setInterval(look, 3000);
}
