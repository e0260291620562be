#include "portique/report/html_assets.h"

namespace portique::report {

std::string_view html_style() {
  return R"css(
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2024;--soft:#60646c;--line:#d9dce1;--panel:#f6f7f9;--link:#0b57b0;--critical:#a3122a;--high:#b4480a;--medium:#8a6100;--low:#2f6b3a;--other:#5b616b;--deny:#a3122a;--warn:#8a6100;--allow:#2f6b3a}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e8eb;--soft:#9aa1ab;--line:#343a41;--panel:#1d2126;--link:#7ab7ff;--critical:#ff8095;--high:#ffa066;--medium:#e8c04a;--low:#7fcf8e;--other:#aab1bb;--deny:#ff8095;--warn:#e8c04a;--allow:#7fcf8e}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:90rem;padding:1rem;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.4rem;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:1.6rem 0 .5rem}
a{color:var(--link)}
code,pre{font:13px/1.4 ui-monospace,monospace}
pre{background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:.5rem;margin:.4rem 0;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.about{color:var(--soft);margin:.2rem 0 .8rem;overflow-wrap:anywhere}
.verdict{border:1px solid var(--line);border-left:6px solid var(--other);background:var(--panel);border-radius:4px;padding:.5rem .8rem;margin:.6rem 0;font-weight:600;overflow-wrap:anywhere}
.verdict.deny{border-left-color:var(--deny)}.verdict.warn{border-left-color:var(--warn)}.verdict.allow{border-left-color:var(--allow)}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;padding:0;margin:.6rem 0;list-style:none}
.counts li{border:1px solid var(--line);background:var(--panel);border-radius:4px;padding:.3rem .7rem}
.counts b{font-size:1.15rem;margin-right:.3rem}
.s5{color:var(--critical)}.s4{color:var(--high)}.s3{color:var(--medium)}.s2{color:var(--low)}.s1,.s0{color:var(--other)}
.s5,.s4{font-weight:600}
.tag{border:1px solid currentColor;border-radius:3px;padding:0 .3rem;font-size:.8rem;color:var(--critical);white-space:nowrap;display:inline-block}
.filters{position:sticky;top:0;z-index:1;background:var(--bg);border-bottom:1px solid var(--line);padding:.5rem 0;display:flex;flex-wrap:wrap;gap:.5rem .9rem;align-items:center}
.filters[hidden]{display:none}
.filters input[type=search]{flex:1 1 14rem;min-width:0}
.filters input[type=search],.filters select{font:inherit;padding:.35rem .5rem;border:1px solid var(--line);border-radius:4px;background:var(--panel);color:inherit}
.filters label{white-space:nowrap}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{font-size:.85rem;color:var(--soft);white-space:nowrap}
th.sorts{cursor:pointer}
th[aria-sort=ascending]::after{content:" \25B2"}
th[aria-sort=descending]::after{content:" \25BC"}
tr.group th{background:var(--panel);color:inherit;white-space:normal;overflow-wrap:anywhere;font-size:.95rem}
summary{cursor:pointer}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem .8rem;margin:.4rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;min-width:0}
footer{margin-top:2rem;border-top:1px solid var(--line);padding-top:.5rem;color:var(--soft);font-size:.85rem}
.findings{table-layout:fixed}
.findings col.c0{width:7rem}.findings col.c1{width:11rem}.findings col.c2{width:17%}.findings col.c3{width:13%}.findings col.c4{width:13%}
@media screen and (max-width:46rem){
body{padding:.6rem}
.filters{position:static}
.findings,.findings tbody,.findings tr,.findings td,.findings th{display:block;width:auto}
.findings thead,.findings colgroup{display:none}
.findings tr{border:1px solid var(--line);border-radius:4px;margin:.4rem 0;padding:.2rem 0}
.findings tr.group{border:0;margin-top:1rem}
.findings td{border:0;padding:.15rem .6rem;white-space:normal}
.findings td:empty{display:none}
.findings td[data-l]::before{content:attr(data-l) ": ";color:var(--soft)}
dl{grid-template-columns:1fr}dt{margin-top:.3rem}
}
@media print{
:root{color-scheme:light;--bg:#fff;--fg:#000;--soft:#444;--line:#bbb;--panel:#fff;--link:#000;--critical:#8a0f23;--high:#8a3808;--medium:#664800;--low:#1f4d29;--other:#444}
body{max-width:none;padding:0;font-size:9.5pt}
.filters{display:none}
tr,li,pre{break-inside:avoid}
tr.group{break-after:avoid}
thead{display:table-header-group}
a{text-decoration:none}
details:not([open])>summary{list-style:none}
dl{display:block}dt,dd{display:inline}dt::after{content:": "}dd::after{content:"\A";white-space:pre}
th{white-space:normal}
.findings col.c0{width:12%}.findings col.c1{width:15%}.findings col.c2{width:14%}.findings col.c3{width:12%}.findings col.c4{width:12%}
}
)css";
}

std::string_view html_script() {
  return R"js(
"use strict";
(function () {
  var table = document.querySelector("table.findings");
  var filters = document.querySelector(".filters");
  if (!table || !filters) return;
  var search = filters.querySelector("input[type=search]");
  var kind = filters.querySelector("select");
  var fixable = filters.querySelector("input.fixable");
  var severities = Array.from(filters.querySelectorAll("input.severity"));
  var count = filters.querySelector("output");
  var total = Number(filters.dataset.rows);
  var heads = Array.from(table.tHead.rows[0].cells);
  var portions = Array.from(document.querySelectorAll("noscript.more"));
  var body = document.createElement("tbody");
  var rows = []; // all that were read so far, in the order of the report
  var group = null;
  var order = null; // of the column that sorts, if one does
  var view = null; // what filters and sorting leave; null: all rows in the report's order
  var drawn = 0; // how many of them stand in the table
  var lastHead = null;

  function read(parent) {
    parent.querySelectorAll("tr").forEach(function (row) {
      if (row.classList.contains("group")) group = row;
      else if (row.classList.contains("f")) rows.push({ row: row, group: group, text: null });
    });
  }
  function readPortion() {
    var template = document.createElement("template");
    template.innerHTML = portions.shift().textContent;
    read(template.content);
  }
  function readAll() {
    while (portions.length) readPortion();
  }

  function draw(most) {
    var part = document.createDocumentFragment();
    for (; most > 0; most -= 1, drawn += 1) {
      if (!view && drawn === rows.length && portions.length) readPortion();
      var each = (view || rows)[drawn];
      if (!each) break;
      if (!order && each.group && each.group !== lastHead) {
        lastHead = each.group;
        part.appendChild(lastHead);
      }
      part.appendChild(each.row);
    }
    body.appendChild(part);
  }
  function drawAgain() {
    body.textContent = "";
    drawn = 0;
    lastHead = null;
    draw(200);
    watchEnd();
  }

  // Draws on when the end of the table comes near. A watcher tells of changes alone: it is asked
  // anew after each.
  var end = document.createElement("div");
  var watcher = null;
  function watchEnd() {
    if (!watcher) return;
    watcher.unobserve(end);
    if (drawn < (view ? view.length : total)) watcher.observe(end);
  }

  function text(each) {
    if (each.text === null) each.text = (each.row.textContent + " " + (each.group ? each.group.textContent : "")).toLowerCase();
    return each.text;
  }
  function show() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var wanted = {};
    severities.forEach(function (box) { wanted[box.value] = box.checked; });
    var all = !words.length && !kind.value && !fixable.checked && severities.every(function (box) { return box.checked; });
    view = null;
    if (!all || order) {
      readAll();
      view = rows.filter(function (each) {
        var data = each.row.dataset;
        return wanted[data.s] !== false && (!kind.value || kind.value === data.k) && (!fixable.checked || data.f === "1") &&
          words.every(function (word) { return text(each).includes(word); });
      });
    }
    if (order) view.sort(order);
    drawAgain();
    count.textContent = all ? total + " rows" : view.length + " of " + total + " rows";
  }

  var timer = 0;
  search.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(show, 120); });
  [kind, fixable].concat(severities).forEach(function (control) { control.addEventListener("change", show); });

  function sort(index) {
    var head = heads[index];
    var down = head.getAttribute("aria-sort") !== (index === 0 ? "descending" : "ascending");
    var direction = (index === 0) === down ? -1 : 1;
    heads.forEach(function (each) { each.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", direction < 0 ? "descending" : "ascending");
    var collator = new Intl.Collator("en", { numeric: true });
    var key = function (each) { return index === 0 ? each.row.dataset.s : each.row.cells[index].textContent; };
    // By package is how the report is sorted.
    order = index === 2 && direction > 0 ? null : function (a, b) { return direction * collator.compare(key(a), key(b)); };
    show();
  }
  heads.forEach(function (head, index) {
    head.classList.add("sorts");
    head.tabIndex = 0;
    head.addEventListener("click", function () { sort(index); });
    head.addEventListener("keydown", function (event) { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(index); } });
  });

  var opened = [];
  window.addEventListener("beforeprint", function () {
    draw(Infinity);
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (each) { each.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (each) { each.open = false; }); });

  // What is there already moves into one body, so that it can be drawn in any order.
  read(table);
  Array.from(table.tBodies).forEach(function (each) { while (each.firstChild) body.appendChild(each.firstChild); each.remove(); });
  table.appendChild(body);
  drawn = rows.length;
  lastHead = group;
  table.parentNode.insertBefore(end, table.nextSibling);
  if (window.IntersectionObserver) {
    watcher = new IntersectionObserver(function (seen) {
      if (!seen.some(function (each) { return each.isIntersecting; })) return;
      draw(200);
      watchEnd();
    }, { rootMargin: "1500px" });
    watchEnd();
  } else draw(Infinity);
  count.textContent = total + " rows";
  filters.hidden = false;
})();
)js";
}

} // namespace portique::report
