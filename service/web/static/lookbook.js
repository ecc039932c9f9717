// Makes the pages quick; without it they work by plain links and forms. Nothing is ever put into the page as text that
// could become markup: pages come from our own server, and everything else goes through textContent or a canvas.
"use strict";

const main = document.getElementById("main");
const said = document.getElementById("said");

/* Go on within the page: fetch the next look and put it in the place of this one. */

let going = null;

async function go(address, { push = true } = {}) {
  going?.abort();
  const mine = (going = new AbortController());
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const scrolled = [...document.querySelectorAll(".candidates")].map((row) => row.scrollLeft);
    const focused = document.activeElement?.id;
    if (push) history.pushState(null, "", answer.url);
    document.title = page.title;
    main.replaceChildren(...page.getElementById("main").childNodes);
    prepare(main);
    document.querySelectorAll(".candidates").forEach((row, i) => (row.scrollLeft = scrolled[i] ?? 0));
    // Focus returns to where it was; an element that is gone gives it to the page.
    (document.getElementById(focused) ?? main).focus({ preventScroll: true });
    said.textContent = main.querySelector("[data-said]")?.dataset.said ?? document.title;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  } finally {
    if (going === mine) main.removeAttribute("aria-busy");
  }
}

function addressOf(form) {
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  return `${form.getAttribute("action")}?${new URLSearchParams(fields)}`;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-go]")) return;
  event.preventDefault();
  go(addressOf(form));
});

document.addEventListener("change", (event) => {
  event.target.closest("form[data-auto]")?.requestSubmit();
});

addEventListener("popstate", () => go(location.href, { push: false }));

/* Search as you type: a list box below the field, after the ARIA combobox pattern. */

const field = document.getElementById("q");
const list = document.createElement("ul");
list.id = "suggestions";
list.className = "suggestions";
list.hidden = true;
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "Products");
field.after(list);
for (const [name, value] of Object.entries({
  role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
})) field.setAttribute(name, value);

let typing = 0;
let asking = null;

async function suggest() {
  asking?.abort();
  asking = new AbortController();
  const words = field.value.trim();
  if (!words) return close();
  try {
    const answer = await fetch(`suggest?${new URLSearchParams({ q: words })}`, { signal: asking.signal });
    if (!answer.ok) return close();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...page.querySelectorAll("li"));
    prepare(list);
    open(list.children.length > 0);
  } catch (error) {
    if (error.name !== "AbortError") close();
  }
}

function open(shown) {
  list.hidden = !shown;
  field.setAttribute("aria-expanded", String(shown));
  field.removeAttribute("aria-activedescendant");
}

const close = () => open(false);

function choose(step) {
  const options = [...list.children];
  const at = options.findIndex((option) => option.ariaSelected === "true");
  const next = options[(at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length];
  options.forEach((option) => (option.ariaSelected = String(option === next)));
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

field.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(suggest, 120);
});
field.addEventListener("keydown", (event) => {
  if (list.hidden) return;
  const chosen = list.querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter" && chosen) location.assign(chosen.dataset.href);
  // The first closes the list and leaves the words; with the list closed, the browser empties the field.
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});
field.addEventListener("blur", () => setTimeout(close, 150));
list.addEventListener("mousedown", (event) => {
  const option = event.target.closest("li");
  if (option) location.assign(option.dataset.href);
});

/* A photo as the seed: dropped anywhere on its form, remembered by this browser's tab alone. */

const SHOT = "kitsune-shot";
const SHOT_PX = 640;

async function remember(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, SHOT_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  sessionStorage.setItem(SHOT, canvas.toDataURL("image/jpeg", 0.85));
}

async function show(canvas) {
  const stored = sessionStorage.getItem(SHOT);
  if (!stored) return;
  const bytes = Uint8Array.from(atob(stored.split(",")[1]), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-drop]") || form.dataset.sent) return;
  event.preventDefault();
  form.dataset.sent = "yes";
  sessionStorage.removeItem(SHOT);
  // What this browser cannot decode, the server will explain.
  await remember(form.elements.photo.files[0]).catch(() => {});
  form.submit();
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = document.querySelector("form[data-drop]");
    if (!form || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.toggle("over", kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    form.elements.photo.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

/* What only a script can do is shown only where there is one. */

function prepare(root) {
  root.querySelectorAll("[data-copy], [data-share]").forEach((button) => (button.hidden = false));
  root.querySelectorAll("form[data-auto] button").forEach((button) => (button.hidden = true));
  root.querySelectorAll("canvas[data-shot]").forEach((canvas) => show(canvas).catch(() => {}));
  // A picture that cannot be had gives way to the product's name.
  root.querySelectorAll(".picture img, .board img, .suggestions img").forEach((image) => {
    const blank = () => {
      const name = document.createElement("span");
      name.className = "blank";
      name.textContent = image.alt || image.closest("li")?.querySelector(".title")?.textContent || "no picture";
      image.replaceWith(name);
    };
    if (image.complete && image.currentSrc && !image.naturalWidth) blank();
    else image.addEventListener("error", blank, { once: true });
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-share]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source ? source.textContent : location.href);
  const label = button.textContent;
  button.textContent = said.textContent = "Copied";
  setTimeout(() => (button.textContent = label), 1500);
});

prepare(document);
