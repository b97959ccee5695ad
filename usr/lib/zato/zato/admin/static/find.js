// The palette of Ctrl K, and keys that lead to pages. The page Find does the same without it.
"use strict";

const opener = document.querySelector("[data-find]");

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function dialog(label, ...children) {
  const made = element("dialog", { class: "palette", "aria-label": label }, ...children);
  made.addEventListener("click", (event) => event.target === made && made.close());
  made.addEventListener("close", () => made.remove());
  document.body.append(made);
  made.showModal();
  return made;
}

// What is found is that of the page Find. An answer that comes late is not shown over a later one
let asked = 0;
async function look(text, found) {
  const number = ++asked;
  let list = null;
  try {
    const answer = await fetch(`${opener.href}?${new URLSearchParams({ q: text })}`, { redirect: "error", cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list = page.getElementById("found");
  } catch {
    // Said below
  }
  if (number !== asked) return;
  if (list) found.replaceChildren(...list.childNodes);
  else found.replaceChildren(element("p", { class: "empty" }, "The cluster does not answer. Load the page again to see why."));
  found.firstElementChild?.querySelector("a")?.classList.add("first");
}

function openPalette() {
  const input = element("input", { type: "search", "aria-label": "Find an item, a service or a page", maxlength: "120", autocomplete: "off", placeholder: "An item, a service or a page" });
  const found = element("div", { class: "palette-found", "aria-live": "polite" });
  const made = dialog("Find", element("form", { role: "search" }, input), found);
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look(input.value.trim(), found), 40);
  });
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    // Whoever types and presses Enter at once means what they have typed
    clearTimeout(waiting);
    await look(input.value.trim(), found);
    const first = found.querySelector("a");
    if (first) location.assign(first.href);
  });
  made.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const stops = [input, ...found.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[(at + stops.length) % stops.length].focus();
  });
  look("", found);
}

const places = new Map([...document.querySelectorAll("a[data-key]")].map((link) => [link.dataset.key, link]));

function openKeys() {
  const rows = [["Ctrl K", "Find an item, a service or a page"], ["/", "Filter of this page, or find"], ["?", "These keys"]];
  for (const [key, link] of places) rows.push([`g ${key}`, link.textContent]);
  const list = element("dl", { class: "facts" });
  for (const [key, what] of rows) list.append(element("dt", {}, element("kbd", {}, key)), element("dd", {}, what));
  dialog("Keys", element("h2", {}, "Keys"), list, element("form", { method: "dialog", class: "actions" }, element("button", {}, "Close")));
}

let leading = false;
document.addEventListener("keydown", (event) => {
  if (!opener || document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  const writes = event.target.closest("input, textarea, select, [contenteditable]");
  if (writes || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const went = leading;
  leading = false;
  if (went && places.has(event.key)) {
    event.preventDefault();
    location.assign(places.get(event.key).href);
  } else if (event.key === "g") {
    leading = true;
    setTimeout(() => { leading = false; }, 1500);
  } else if (event.key === "/") {
    event.preventDefault();
    const filter = document.querySelector("main input[type=search]");
    if (filter) filter.focus();
    else openPalette();
  } else if (event.key === "?") {
    event.preventDefault();
    openKeys();
  }
});

opener?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPalette();
});
