// "Select all" and "Clear all" below a group of check boxes, at once. Without this, the page comes anew.
// <fieldset data-choices> … <button name="action" value="all" data-choose="all">
for (const group of document.querySelectorAll("[data-choices]")) {
  for (const button of group.querySelectorAll("[data-choose]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const chosen = button.dataset.choose === "all";
      for (const box of group.querySelectorAll('input[type="checkbox"]')) box.checked = chosen;
    });
  }
}
