/* Keeps a page true without losing what a person is doing: live parts are fetched anew, verbs open in a dialog,
   buttons act once, commands can be copied. Without this file everything still works, one page at a time. */
(() => {
  "use strict";
  const EVERY = 20_000;

  /* ---------------------------------------------------------------- live parts */
  const busy = (part) =>
    part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")
    || [...part.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);

  function take(fresh) {
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (!other || busy(part) || other.innerHTML === part.dataset.shown) continue;
      const unfolded = Object.fromEntries([...part.querySelectorAll("details[data-keep]")].map((each) => [each.dataset.keep, each.open]));
      const focused = part.contains(document.activeElement) ? path(document.activeElement, part) : null;
      const shown = other.innerHTML;
      for (const each of other.querySelectorAll("details[data-keep]")) {
        if (each.dataset.keep in unfolded) each.open = unfolded[each.dataset.keep];
      }
      part.innerHTML = other.innerHTML;
      part.dataset.shown = shown;
      if (focused) part.querySelector(focused)?.focus({ preventScroll: true });
    }
    count();
  }

  /* A selector that finds the same control again after its surroundings were replaced. */
  function path(element, root) {
    const names = ["aria-label", "href", "name"].filter((name) => element.getAttribute(name));
    if (!names.length) return null;
    const chosen = `${element.localName}[${names[0]}="${CSS.escape(element.getAttribute(names[0]))}"]`;
    return root.querySelector(chosen) ? chosen : null;
  }

  async function refresh() {
    if (!document.querySelector("[data-live]")) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "refresh" } });
      if (!answer.ok || answer.redirected) return;
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      document.body.classList.remove("portal-offline");
    } catch {
      document.body.classList.add("portal-offline");
    }
  }

  /* ---------------------------------------------------------------- countdowns */
  function words(seconds) {
    const minutes = Math.floor(Math.abs(seconds) / 60);
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
    if (days) return `${days} d ${hours} h`;
    if (hours) return `${hours} h ${minutes % 60} min`;
    return minutes ? `${minutes} min` : `${Math.floor(Math.abs(seconds))} s`;
  }

  function count() {
    const now = Date.now();
    for (const clock of document.querySelectorAll("[data-due]")) {
      const left = (Date.parse(clock.dataset.due) - now) / 1000;
      const soon = clock.dataset.warn && now >= Date.parse(clock.dataset.warn);
      const prefix = clock.dataset.prefix ? `${clock.dataset.prefix}: ` : "";
      clock.textContent = prefix + (left < 0 ? `⚠ ${words(left)} late` : `${soon ? "⚠ " : ""}${words(left)} left`);
      clock.classList.remove("danger", "warning", "info");
      clock.classList.add(left < 0 ? "danger" : soon ? "warning" : "info");
    }
    for (const clock of document.querySelectorAll("[data-since]")) {
      clock.textContent = words((now - Date.parse(clock.dataset.since)) / 1000);
    }
  }

  /* ---------------------------------------------------------------- verbs */
  const box = document.createElement("dialog");
  box.className = "portal-dialog";
  box.setAttribute("aria-labelledby", "portal-dialog-title");

  function say(text, isBad) {
    let line = document.getElementById("portal-said");
    if (!line) {
      line = document.createElement("div");
      line.id = "portal-said";
      line.setAttribute("role", "status");
      document.body.append(line);
    }
    line.className = isBad ? "bad" : "";
    line.textContent = text;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => line.remove(), 8000);
  }

  /* The page that answered is this one again: take it, and say what its messages say. */
  function landed(page) {
    take(page);
    const said = [...page.querySelectorAll("[data-message]")];
    if (said.length) say(said.map((each) => each.textContent.trim()).join(" "), said.some((each) => each.dataset.message === "bad"));
  }

  async function send(form, button) {
    const body = new FormData(form);
    if (button?.name) body.append(button.name, button.value);
    const answer = await fetch(form.action || location.href, { method: "POST", body });
    return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
  }

  function hold(form, held) {
    for (const button of form.querySelectorAll("button")) button.disabled = held;
    form.setAttribute("aria-busy", String(held));
  }

  function show(page, address) {
    const inner = page.querySelector("[data-verb]");
    if (!inner) return false;
    box.replaceChildren(document.importNode(inner, true));
    box.querySelector(".portal-title").id = "portal-dialog-title";
    const form = box.querySelector("form");
    form.action = address;
    if (!box.isConnected) document.body.append(box);
    if (!box.open) box.showModal();
    (box.querySelector("[aria-invalid=true], .errorlist + input, textarea, input:not([type=hidden]), select") || box.querySelector("button")).focus();
    return true;
  }

  async function open(link) {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.redirected || !answer.ok || !show(page, link.href)) location.href = link.href;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link).catch(() => { location.href = link.href; });
      return;
    }
    if (event.target.closest("dialog [data-cancel]")) {
      event.preventDefault();
      box.close();
      return;
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => say("Copied."), () => say("Could not copy; select the text instead.", true));
    }
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    const inDialog = box.contains(form);
    if (!inDialog && !form.matches("[data-quiet]")) {
      if (form.method === "post") setTimeout(() => hold(form, true));
      return;
    }
    event.preventDefault();
    hold(form, true);
    try {
      const { answer, page } = await send(form, event.submitter);
      if (inDialog && !answer.redirected && show(page, form.action)) return;
      if (inDialog) box.close();
      if (answer.redirected && new URL(answer.url).pathname === location.pathname) {
        form.reset();
        landed(page);
      } else {
        location.href = answer.url;
      }
    } catch {
      say("That did not reach the portal. Nothing was lost: try again.", true);
    } finally {
      hold(form, false);
    }
  });

  /* Coming back with the browser's button finds usable forms. */
  addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy=true]").forEach((form) => hold(form, false)));

  /* Ctrl or Cmd and Enter sends what is being written. */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) event.target.form?.requestSubmit();
  });

  document.addEventListener("DOMContentLoaded", () => {
    count();
    setInterval(count, 1000);
    setInterval(() => { if (!document.hidden && !box.open) refresh(); }, EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden && !box.open) refresh(); });
  });
})();
