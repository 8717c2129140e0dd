// The script of a page with a plan: sliders, and the formulas of `CostBasis.figures` once more.
internal import Results

/// The script. A test holds its formulas against Swift's.
enum PlanScript {
    static let text = """
        "use strict";
        (() => {
        const known = value => value !== undefined && value !== null;
        const costs = (basis, inputs) => {
            const prices = inputs.prices, rate = inputs.recordsPerSecond;
            const bytes = rate * inputs.recordBytes, batch = rate * inputs.batchSeconds;
            const cores = known(basis.cpuSecondsPerMillion) ? basis.cpuSecondsPerMillion * rate / 1e6 : null;
            const one = known(basis.workerRecordsPerSecond) ? basis.workerRecordsPerSecond : null;
            const workers = one === null ? null : Math.ceil(rate / (one * prices.busyShare));
            const batches = basis.logFactor * bytes * inputs.batchSeconds * \(CostBasis.batchesInLog);
            const log = basis.segmentBytes > 0 ? batches + basis.segmentBytes : 0;
            const kafka = bytes * inputs.retentionSeconds * prices.replicas;
            const twice = basis.duplicateBatches * batch + basis.duplicateRecords;
            const lost = basis.lostBatches * batch + basis.lostRecords;
            const reading = basis.readBytesPerSecond > 0 ? log / basis.readBytesPerSecond : 0;
            const down = known(basis.restartSeconds) ? basis.restartSeconds + reading : null;
            const spare = workers === null ? 0 : workers * one - rate;
            const recovery = down === null ? null : down + (spare > 0 ? (rate * down + twice) / spare : 0);
            const coresMoney = cores === null ? null
                : cores / prices.busyShare * \(CostBasis.hoursOfMonth) * prices.coreHour;
            const diskMoney = (kafka + log) / 1e9 * prices.diskGigabyteMonth;
            const crashes = inputs.crashesPerDay * \(CostBasis.daysOfMonth);
            const damage = crashes * (twice * prices.millionDuplicates + lost * prices.millionLost) / 1e6;
            const recoveryMoney = recovery === null ? null : crashes * recovery / 3600 * prices.hourBehind;
            const all = coresMoney === null || recoveryMoney === null ? null
                : coresMoney + diskMoney + damage + recoveryMoney;
            return { cores, workers, logBytes: log,
                logBytesPerDay: basis.logFactor * bytes * \(CostBasis.secondsOfDay), kafkaBytes: kafka,
                duplicatesPerDay: twice * inputs.crashesPerDay, lostPerDay: lost * inputs.crashesPerDay,
                recoverySeconds: recovery, coresMoney, diskMoney, damageMoney: damage, recoveryMoney, money: all };
        };
        window.kbenchCosts = costs;
        const fixed = (number, places) => Math.abs(number) < 1e15 ? number.toLocaleString("en-US",
            { minimumFractionDigits: places, maximumFractionDigits: places }) : "-";
        const words = (levels, column) => {
            const values = levels.map(level => level[column.key]);
            if (values.some(value => value === null)) return "-";
            const texts = values.map(value => fixed(value / column.per, column.places));
            return texts.every(text => text === texts[0]) ? texts[0] : texts[0] + " (" + texts[1] + "-" + texts[2] + ")";
        };
        const make = (name, properties, ...children) => {
            const element = Object.assign(document.createElement(name), properties);
            element.append(...children);
            return element;
        };
        for (const calculator of document.querySelectorAll(".calculator")) {
            const model = JSON.parse(calculator.querySelector("script").textContent);
            if (!model.inputs) continue;
            const rows = [...calculator.querySelector("tbody").rows], first = JSON.stringify(model.inputs);
            let inputs = JSON.parse(first);
            const place = key => key.split(".").length > 1 ? [inputs.prices, key.split(".")[1]] : [inputs, key];
            const show = () => model.rows.forEach((row, index) => {
                const levels = [row.basis.median, row.basis.low, row.basis.high].map(basis => costs(basis, inputs));
                model.columns.forEach((column, i) => { rows[index].cells[i + 2].textContent = words(levels, column); });
            });
            const steps = 1000, form = make("div", { className: "sliders" }), resets = [];
            for (const slider of model.sliders) {
                const { key, low, high, scale } = slider;
                const at = value => steps * (low > 0 ? Math.log(value / low) / Math.log(high / low) : Math.cbrt(value / high));
                const value = step => low > 0 ? low * (high / low) ** (step / steps) : high * (step / steps) ** 3;
                const range = make("input", { type: "range", min: 0, max: steps, step: 1, ariaLabel: slider.label });
                const number = make("input", { type: "number", min: low, max: high, step: "any" });
                const set = wanted => {
                    const [object, name] = place(key);
                    object[name] = Math.min(high, Math.max(low, wanted)) / scale;
                    show();
                };
                const reset = () => {
                    const [object, name] = place(key), now = object[name] * scale;
                    number.value = +now.toPrecision(6);
                    range.value = at(Math.min(high, Math.max(low, now)));
                };
                range.addEventListener("input", () => { number.value = +value(+range.value).toPrecision(3); set(+number.value); });
                number.addEventListener("input", () => {
                    if (!number.validity.valid || number.value === "") return;
                    range.value = at(+number.value);
                    set(+number.value);
                });
                reset();
                resets.push(reset);
                form.append(make("div", {}, make("label", {}, number, " " + slider.label), range));
            }
            const back = make("button", { type: "button", textContent: "as planned" });
            back.addEventListener("click", () => {
                inputs = JSON.parse(first);
                resets.forEach(reset => reset());
                show();
            });
            form.append(back);
            calculator.prepend(form);
        }
        })();

        """
}
