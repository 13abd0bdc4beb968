// Shows the copy buttons where the browser can copy, and says when it is done.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const word = button.querySelector("span");
    const before = word.textContent;
    button.hidden = false;
    word.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      word.textContent = button.dataset.done;
      setTimeout(() => { word.textContent = before; }, 2000);
    });
  }
}
