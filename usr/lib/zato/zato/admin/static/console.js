// What pages do beyond links and forms. Every page works without it.
"use strict";

// Times in the reader's own zone; the title has them in UTC
for (const time of document.querySelectorAll("time[datetime]")) {
  const when = new Date(time.dateTime);
  time.setAttribute("aria-label", `${time.textContent}, ${when.toLocaleString()}`);
}

// The second click on a button of a form that is on its way sends nothing
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
  setTimeout(() => delete event.target.dataset.sent, 5000);
});

// Fields that are of use only while another one has certain values
function showUseful(form) {
  for (const field of form.querySelectorAll("[data-shown-field]")) {
    const other = form.elements[field.dataset.shownField];
    field.hidden = other && !field.dataset.shownValues.split(" ").includes(other.value);
  }
}
for (const form of document.querySelectorAll("form.item-form")) {
  showUseful(form);
  form.addEventListener("change", () => showUseful(form));
}
