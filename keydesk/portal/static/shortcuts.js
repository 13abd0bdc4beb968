// "/" jumps to the page's search, unless one is typing already.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const search = document.querySelector('[data-shortcut="/"]');
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// After a refusal, the summary of what is wrong is where reading goes on.
document.querySelector("[data-focus]")?.focus();
