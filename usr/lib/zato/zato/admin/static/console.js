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

// What is too large is refused before it is sent
for (const input of document.querySelectorAll("input[data-bytes-max]")) {
  input.addEventListener("change", () => {
    const most = Number(input.dataset.bytesMax);
    const large = [...input.files].find((file) => file.size > most);
    input.setCustomValidity(large ? `${large.name} has ${large.size} bytes; ${most} are taken.` : "");
    input.reportValidity();
  });
}

// A file is dropped where it could be chosen
for (const field of document.querySelectorAll(".drop")) {
  const input = field.querySelector("input[type=file]");
  for (const name of ["dragover", "dragleave", "drop"]) {
    field.addEventListener(name, (event) => {
      event.preventDefault();
      field.classList.toggle("over", name === "dragover");
      if (name !== "drop") return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    });
  }
}

// A part of a page that changes by itself is asked for again, as often as it says, while somebody looks
function follow(part) {
  const seconds = Number(part.dataset.live);
  setTimeout(async () => {
    let next = part;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "error", cache: "no-store" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(part.id);
        if (fresh) {
          next = exchange(part, fresh);
        } else {
          next.dataset.away = "yes";
        }
      } catch {
        next.dataset.away = "yes";
      }
    }
    if (next.dataset.live) follow(next);
    else if (part.dataset.live) location.reload();
  }, seconds * 1000);
}

// Only what differs, so that whoever is in there keeps the focus and what is open stays open
function exchange(part, fresh) {
  delete part.dataset.away;
  if (part.innerHTML === fresh.innerHTML && part.dataset.live === fresh.dataset.live) return part;
  const at = [...part.querySelectorAll("a, button, input, summary, [tabindex]")].indexOf(document.activeElement);
  const open = [...part.querySelectorAll("details")].map((each) => each.open);
  part.replaceWith(fresh);
  [...fresh.querySelectorAll("details")].forEach((each, number) => { if (open[number]) each.open = true; });
  if (at >= 0) [...fresh.querySelectorAll("a, button, input, summary, [tabindex]")][at]?.focus();
  return fresh;
}
for (const part of document.querySelectorAll("[data-live][id]")) follow(part);
