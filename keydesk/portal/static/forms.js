// The list of states follows the chosen country. Without this, a button under the country does it.
const country = document.querySelector("select[data-states]");
if (country) {
  document.querySelector("[data-without-script]")?.remove();
  const known = new Map();
  const load = async () => {
    const answer = await fetch("/api/v1/countries", { headers: { "accept-language": document.documentElement.lang } });
    for (const item of (await answer.json()).items) known.set(item.code, item);
  };
  const loaded = load();

  // Keeps the input's name, id and what describes it; changes only what kind of input it is.
  const replace = (input, kind) => {
    const made = document.createElement(kind);
    for (const name of ["id", "name", "aria-describedby", "autocomplete"]) {
      if (input.hasAttribute(name)) made.setAttribute(name, input.getAttribute(name));
    }
    input.replaceWith(made);
    return made;
  };

  const showExample = (input, example) => {
    let hint = document.getElementById(`${input.id}-hint`);
    if (!hint) {
      hint = document.createElement("p");
      hint.className = "hint";
      hint.id = `${input.id}-hint`;
      input.before(hint);
      input.setAttribute("aria-describedby", `${hint.id} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
    }
    hint.hidden = !example;
    hint.textContent = example ? country.dataset.example.replace("{}", example) : "";
  };

  country.addEventListener("change", async () => {
    await loaded;
    const item = known.get(country.value);
    if (!item) return;
    const input = document.getElementById("state");
    const states = item.states ?? [];
    document.querySelector("[data-state-field]").hidden = states.length === 0 && !item.state_required;
    if (states.length > 0) {
      const select = replace(input, "select");
      select.append(new Option(country.dataset.choose, ""));
      for (const state of states) select.append(new Option(state.name, state.code));
      select.required = Boolean(item.state_required);
    } else {
      const text = replace(input, "input");
      text.maxLength = 200;
    }
    const words = { state: item.state_label, postal_code: item.postal_code_label };
    for (const [name, word] of Object.entries(words)) {
      const label = document.querySelector(`label[for="${name}"]`);
      if (word) label.firstChild.textContent = `${word} `;
      const required = name === "state" ? item.state_required : item.postal_code_required;
      const optional = label.querySelector(".optional");
      if (optional) optional.hidden = Boolean(required);
    }
    const postal = document.getElementById("postal_code");
    postal.required = Boolean(item.postal_code_required);
    showExample(postal, item.postal_code_example);
  });
}

// A usual reason that is chosen stands in the text below, to be changed. Without this, the choice itself is sent.
const filling = document.querySelector("select[data-fills]");
filling?.addEventListener("change", () => {
  const text = document.getElementById(filling.dataset.fills);
  text.value = filling.value ? filling.selectedOptions[0].textContent : "";
  text.focus();
});
