// What is wrong with a page for somebody who cannot see it, or who sees it on a phone. Answers a list of faults.
() => {
  const faults = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const all = (selector) => [...document.querySelectorAll(selector)];
  const tell = (element) => element.outerHTML.slice(0, 120).replace(/\s+/g, " ");

  const text = (id) => document.getElementById(id)?.textContent.trim();
  const nameOf = (element) =>
    element.getAttribute("aria-label")?.trim() ||
    (element.getAttribute("aria-labelledby") ?? "").split(" ").map(text).join(" ").trim() ||
    [...(element.labels ?? [])].map((label) => label.textContent.trim()).join(" ").trim() ||
    (["INPUT", "SELECT", "TEXTAREA", "PROGRESS"].includes(element.tagName) ? "" : element.textContent.trim());

  for (const landmark of ["header", "main", "footer"]) {
    const count = all(`body > ${landmark}`).length;
    if (count !== 1) faults.push(`${count} <${landmark}>`);
  }
  const headings = all("h1").filter(shown);
  if (headings.length !== 1) faults.push(`${headings.length} <h1>`);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4").filter(shown)) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1 && level > 0) faults.push(`<h${next}> after <h${level}>: ${tell(heading)}`);
    level = next;
  }

  for (const element of all("input:not([type=hidden]), select, textarea, progress, button, a[href], nav, section")) {
    const mayBeUnnamed = element.matches("section:not([aria-label]):not([aria-labelledby])");
    if (shown(element) && !mayBeUnnamed && !nameOf(element)) {
      if (!element.matches("nav") || all("nav").length > 1) faults.push(`no name: ${tell(element)}`);
    }
  }
  for (const image of all("img:not([alt])")) faults.push(`no alternative text: ${tell(image)}`);
  for (const table of all("table").filter(shown)) {
    if (!table.querySelector("th[scope]")) faults.push(`no header cells: ${tell(table)}`);
  }

  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) faults.push(`id twice: ${id}`);
  for (const attribute of ["aria-describedby", "aria-labelledby", "for"]) {
    for (const element of all(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(" ")) {
        if (!ids.includes(id)) faults.push(`${attribute} of nothing: ${tell(element)}`);
      }
    }
  }
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  if (document.documentElement.scrollWidth > window.innerWidth) faults.push("wider than the window");
  return faults;
}
