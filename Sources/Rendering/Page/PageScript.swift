// The page's script: a figure's marks tell their row, long tables are sorted and searched, commands copied.

/// The script. Without it the page still has everything: each figure has its table.
enum PageScript {
    static let text = """
        "use strict";
        (() => {
        const make = (name, text, properties) => Object.assign(document.createElement(name),
            text === undefined ? {} : { textContent: text }, properties || {});
        for (const figure of document.querySelectorAll("figure")) {
            const plot = figure.querySelector(".plot"), table = figure.querySelector("table");
            const marks = [...plot.querySelectorAll("[data-row]")];
            if (!marks.length || !table) continue;
            const told = figure.querySelector(".told"), heads = [...table.tHead.rows[0].cells].map(c => c.textContent);
            const rows = [...table.tBodies[0].rows];
            let chosen = null;
            const tell = mark => {
                const list = make("dl");
                [...rows[+mark.dataset.row].cells].forEach((cell, i) => {
                    if (cell.textContent === "-" || cell.textContent === "") return;
                    list.append(make("dt", heads[i]), make("dd", cell.textContent));
                });
                told.replaceChildren(list);
                told.hidden = false;
            };
            const choose = mark => {
                if (chosen) chosen.classList.remove("chosen");
                chosen = mark;
                mark.classList.add("chosen");
                tell(mark);
            };
            plot.addEventListener("click", event => {
                const mark = event.target.closest("[data-row]");
                if (mark) choose(mark);
            });
            plot.addEventListener("pointerover", event => {
                const mark = event.target.closest("[data-row]");
                if (mark && !chosen) tell(mark);
            });
            plot.addEventListener("keydown", event => {
                const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
                if (!way) return;
                event.preventDefault();
                const middle = m => { const b = m.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
                let next = marks[0];
                if (chosen) {
                    const from = middle(chosen);
                    let least = Infinity;
                    next = chosen;
                    for (const mark of marks) {
                        const [x, y] = middle(mark), dx = x - from[0], dy = y - from[1];
                        const ahead = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
                        if (ahead > 0.5 && ahead + 3 * aside < least) { least = ahead + 3 * aside; next = mark; }
                    }
                }
                choose(next);
                next.scrollIntoView({ block: "nearest", inline: "nearest" });
            });
        }
        const worth = text => {
            const number = parseFloat(text.replace(/,/g, ""));
            return Number.isNaN(number) ? text : number;
        };
        const before = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
        for (const table of document.querySelectorAll("table")) {
            const rows = [...table.tBodies[0].rows];
            if (rows.length < 8) continue;
            [...table.tHead.rows[0].cells].forEach((head, column) => {
                const button = make("button", head.textContent, { type: "button" });
                head.replaceChildren(button);
                button.addEventListener("click", () => {
                    const isDown = head.getAttribute("aria-sort") === "ascending";
                    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
                    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
                    const sorted = rows.map(row => [worth(row.cells[column].textContent), row])
                        .sort((a, b) => before(a[0], b[0]) * (isDown ? -1 : 1));
                    table.tBodies[0].append(...sorted.map(pair => pair[1]));
                });
            });
            const input = make("input", undefined, { type: "search" });
            const label = make("label", "Only rows with "), count = make("span");
            count.setAttribute("role", "status");
            label.append(input);
            const bar = make("div", undefined, { className: "filter" });
            bar.append(label, count);
            table.closest(".scroll").before(bar);
            const texts = rows.map(row => row.textContent.toLowerCase());
            input.addEventListener("input", () => {
                const words = input.value.toLowerCase().split(" ").filter(Boolean);
                let shown = 0;
                rows.forEach((row, i) => {
                    row.hidden = !words.every(word => texts[i].includes(word));
                    shown += row.hidden ? 0 : 1;
                });
                count.textContent = words.length ? shown + " of " + rows.length : "";
            });
        }
        if (navigator.clipboard) for (const code of document.querySelectorAll("pre > code")) {
            const button = make("button", "copy", { type: "button", className: "copy" });
            code.parentNode.before(button);
            button.addEventListener("click", () => navigator.clipboard.writeText(code.textContent)
                .then(() => { button.textContent = "copied"; }, () => { button.textContent = "not allowed"; }));
        }
        addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details")) part.open = true; });
        })();

        """
}
