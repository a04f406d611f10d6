"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const column = (text) => (text ? text.split(" ").map(Number) : []);
  const events = {};
  for (const name of ["kind", "text", "file", "thread", "stack", "step", "set"]) events[name] = column(data[name]);
  const size = events.kind.length;
  const crashes = new Set(data.crashes);
  const colours = ["#0072b2", "#009e73", "#e69f00", "#56b4e9", "#cc79a7", "#8a7f00", "#7a5ac8", "#b0703c"];
  const failed = data.failed;
  const colour = (outcome) =>
    data.outcomes[outcome] === failed ? "#d1242f" : (data.rank[outcome] < colours.length ? colours[data.rank[outcome]] : "#8b949e");
  const total = (set) => data.sets[set].reduce((sum, [, states]) => sum + states, 0);
  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const number = (value) => value.toLocaleString("en");

  // The legend: outcomes by how many states have them.
  const legend = document.getElementById("legend");
  const byRank = data.outcomes.map((_, i) => i).sort((a, b) => data.rank[a] - data.rank[b]);
  const shown = byRank.filter((i) => data.outcomes[i] === failed || data.rank[i] < colours.length);
  for (const outcome of shown) {
    const item = element("li");
    const swatch = element("span", "swatch");
    swatch.style.background = colour(outcome);
    item.append(swatch, data.outcomes[outcome] === "" ? "(empty)" : data.outcomes[outcome]);
    item.title = data.outcomes[outcome];
    legend.append(item);
  }
  if (events.set.some((set) => data.sets[set].length === 0)) {
    const item = element("li", "dim");
    const swatch = element("span", "swatch hatched");
    item.append(swatch, "not explored");
    legend.append(item);
  }
  if (shown.length < byRank.length) {
    const item = element("li", "dim");
    const swatch = element("span", "swatch");
    swatch.style.background = "#8b949e";
    item.append(swatch, `${number(byRank.length - shown.length)} other outcomes`);
    legend.append(item);
  }

  // The strip: all events, side by side, as shares of outcomes.
  const strip = document.getElementById("strip");
  let chosen = Math.max(0, Math.min(size - 1, data.crashes.length ? data.crashes[0] : 0));
  const drawStrip = () => {
    const scale = window.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(strip.clientWidth * scale));
    const height = Math.round(72 * scale);
    strip.width = width;
    strip.height = height;
    const context = strip.getContext("2d");
    const x = (event) => (event / size) * width;
    // Events without outcomes were not explored: hatched.
    context.strokeStyle = getComputedStyle(document.body).getPropertyValue("--line");
    context.lineWidth = scale;
    context.beginPath();
    for (let from = -height; from < width; from += 8 * scale) {
      context.moveTo(from, height);
      context.lineTo(from + height, 0);
    }
    context.stroke();
    const columns = Math.min(size, width);
    for (let i = 0; i < columns; i++) {
      const from = Math.floor((i * size) / columns);
      const to = Math.max(from + 1, Math.floor(((i + 1) * size) / columns));
      const sums = new Map();
      let all = 0;
      let broken = false;
      for (let event = from; event < to; event++) {
        for (const [outcome, states] of data.sets[events.set[event]]) {
          const key = colour(outcome);
          broken = broken || data.outcomes[outcome] === failed;
          sums.set(key, (sums.get(key) || 0) + states);
          all += states;
        }
      }
      let y = height;
      const left = x(from);
      const wide = Math.max(1, x(to) - left) + (size > width ? 0.5 : -Math.min(1, (x(to) - left) / 8));
      for (const [key, states] of sums) {
        const high = (height * states) / all;
        context.fillStyle = key;
        context.fillRect(left, y - high, wide, high);
        y -= high;
      }
      if (all === 0) continue;
      if (broken) {
        context.fillStyle = "#d1242f";
        context.fillRect(left, 0, Math.max(wide, 2 * scale), Math.max(8 * scale, height / 8));
      }
    }
    context.strokeStyle = getComputedStyle(document.body).color;
    context.lineWidth = 2 * scale;
    const at = x(chosen + 0.5);
    context.beginPath();
    context.moveTo(at, 0);
    context.lineTo(at, height);
    context.stroke();
  };
  strip.addEventListener("click", (click) => {
    choose(Math.max(0, Math.min(size - 1, Math.floor((click.offsetX / strip.clientWidth) * size))), true);
  });

  // The list: only the rows in view exist.
  const rowHeight = 26;
  const list = document.getElementById("list");
  const rows = document.getElementById("rows");
  const search = document.getElementById("search");
  const kinds = document.getElementById("kinds");
  const changes = document.getElementById("changes");
  let matching = [];
  for (const [i, name] of data.kinds.entries()) kinds.append(new Option(name, i));

  const matches = (event, words, kind) => {
    if (kind !== "" && events.kind[event] !== Number(kind)) return false;
    if (changes.checked && event > 0 && events.set[event] === events.set[event - 1]) return false;
    if (words.length === 0) return true;
    const text = [data.texts[events.text[event]], data.files[events.file[event]], data.threads[events.thread[event]],
      data.steps[events.step[event]], data.stacks[events.stack[event]].join("\n")].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter((word) => word);
    const kind = kinds.value;
    matching = [];
    for (let event = 0; event < size; event++) if (matches(event, words, kind)) matching.push(event);
    document.getElementById("matching").textContent =
      matching.length === size ? `${number(size - 1)} events` : `${number(matching.length)} of ${number(size - 1)} events`;
    rows.style.height = `${matching.length * rowHeight}px`;
    drawRows();
  };
  const bar = (set) => {
    const made = element("span", "bar");
    const all = total(set);
    for (const [outcome, states] of data.sets[set]) {
      const part = element("i");
      part.style.background = colour(outcome);
      part.style.width = `${(100 * states) / all}%`;
      part.title = `${data.outcomes[outcome]}: ${number(states)}`;
      made.append(part);
    }
    return made;
  };
  const drawRows = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - 5);
    const last = Math.min(matching.length, first + Math.ceil(list.clientHeight / rowHeight) + 10);
    const made = [];
    for (let i = first; i < last; i++) {
      const event = matching[i];
      const row = element("div", "row");
      row.id = `event-${event}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(event === chosen));
      row.style.position = "absolute";
      row.style.top = `${i * rowHeight}px`;
      row.style.left = row.style.right = "0";
      if (crashes.has(event)) row.classList.add("crash");
      if (event === chosen) row.classList.add("chosen");
      const file = data.files[events.file[event]];
      row.append(element("span", "number mono", number(event)), element("span", "kind", data.kinds[events.kind[event]]),
        element("span", "mono", data.texts[events.text[event]] + (file ? ` of ${file}` : "")), bar(events.set[event]));
      row.addEventListener("click", () => choose(event, false));
      made.push(row);
    }
    rows.replaceChildren(...made);
    list.setAttribute("aria-activedescendant", `event-${chosen}`);
  };
  const scrollTo = (index) => {
    const top = index * rowHeight;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + rowHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + rowHeight - list.clientHeight;
  };

  const detail = document.getElementById("detail");
  const drawDetail = () => {
    const set = data.sets[events.set[chosen]];
    const parts = [element("h3", "", chosen === 0 ? "Before the first event" : `Event ${number(chosen)}`)];
    const what = data.texts[events.text[chosen]];
    const file = data.files[events.file[chosen]];
    parts.push(element("p", "mono", what + (file ? ` of ${file}` : "")));
    const step = data.steps[events.step[chosen]];
    const by = [];
    if (step) by.push(`step “${step}”`);
    if (data.threads[events.thread[chosen]]) by.push(`by ${data.threads[events.thread[chosen]]}`);
    if (by.length) parts.push(element("p", "dim", by.join(", ")));
    const stack = data.stacks[events.stack[chosen]];
    if (stack.length) {
      const frames = element("ul", "stack mono");
      for (const frame of stack) frames.append(element("li", "", frame));
      parts.push(frames);
    }
    if (set.length === 0) {
      parts.push(element("p", "dim", "Not explored: the exploration ended before."));
    } else {
      parts.push(element("p", "dim", "A crash right after it leaves:"));
      const table = element("table");
      for (const [outcome, states] of set.slice(0, 200)) {
        const row = element("tr");
        const name = element("td", data.outcomes[outcome] === failed ? "failed" : "");
        const swatch = element("span", "swatch");
        swatch.style.background = colour(outcome);
        name.append(swatch, data.outcomes[outcome] === "" ? "(empty)" : data.outcomes[outcome]);
        row.append(name, element("td", "count", `${number(states)} ${states === 1 ? "state" : "states"}`));
        table.append(row);
      }
      parts.push(table);
      if (set.length > 200) parts.push(element("p", "dim", `and ${number(set.length - 200)} other outcomes`));
    }
    detail.replaceChildren(...parts);
  };
  const choose = (event, reveal) => {
    chosen = event;
    let index = matching.indexOf(event);
    if (index < 0 && reveal) {
      search.value = "";
      kinds.value = "";
      changes.checked = false;
      filter();
      index = event;
    }
    if (index >= 0) scrollTo(index);
    drawRows();
    drawDetail();
    drawStrip();
  };
  list.addEventListener("scroll", drawRows);
  list.addEventListener("keydown", (key) => {
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -size, End: size };
    if (!(key.key in steps) || matching.length === 0) return;
    key.preventDefault();
    let at = matching.indexOf(chosen);
    if (at < 0) at = 0;
    choose(matching[Math.max(0, Math.min(matching.length - 1, at + steps[key.key]))], false);
  });
  let pending = 0;
  search.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(filter, 150);
  });
  kinds.addEventListener("change", filter);
  changes.addEventListener("change", filter);
  for (const link of document.querySelectorAll("button[data-event]"))
    link.addEventListener("click", () => {
      choose(Number(link.dataset.event), true);
      list.focus();
    });
  for (const copy of document.querySelectorAll("button[data-copy]"))
    copy.addEventListener("click", () => {
      const code = copy.parentElement.querySelector("code");
      getSelection().selectAllChildren(code);
      const done = () => (copy.textContent = "Copied");
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(code.textContent).then(done, () => {});
      else if (document.execCommand("copy")) done();
    });
  window.addEventListener("resize", drawStrip);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawStrip);
  filter();
  choose(chosen, false);
  document.body.dataset.ready = String(size);
})();
