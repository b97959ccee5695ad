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
