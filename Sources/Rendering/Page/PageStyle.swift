// The page's style sheet: narrow and wide, bright and dark, and on paper.

/// The style sheet.
enum PageStyle {
    static let css = """
        * { box-sizing: border-box; }
        html { font: 16px/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--page-back); color: var(--page); }
        header, nav, main, footer { max-width: 1760px; margin: 0 auto; padding: 0 1rem; }
        header { padding-top: 1.25rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; line-height: 1.3; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
        h3, h4, h5, h6 { font-size: 1rem; margin: 1.25rem 0 .25rem; overflow-wrap: anywhere; }
        p, ul { max-width: 80ch; margin: .5rem 0; overflow-wrap: anywhere; }
        ul { padding-left: 1.25rem; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        code, pre { font: .875em/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
        code { background: var(--quiet-back); padding: .05em .25em; border-radius: 3px; }
        pre { background: var(--quiet-back); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .75rem;
            margin: .25rem 0 1rem; overflow-x: auto; }
        pre code { padding: 0; }
        .brand { margin: 0; font-size: .875rem; color: var(--quiet); letter-spacing: .06em; }
        .label { margin: .75rem 0 0; font-size: .875rem; color: var(--quiet); }
        .skip { position: absolute; left: -999rem; }
        .skip:focus { left: 1rem; top: .5rem; background: var(--page-back); padding: .5rem; z-index: 3; }
        .verdict { padding: .7rem .9rem; border-radius: 6px; border-left: 6px solid currentColor; font-weight: 600;
            max-width: none; background: var(--quiet-back); }
        .verdict.good, td.good { background: var(--good-back); color: var(--good); }
        .verdict.bad, td.bad { background: var(--bad-back); color: var(--bad); }
        .verdict.unsure, td.unsure { background: var(--unsure-back); color: var(--unsure); }
        td.bad { font-weight: 600; }
        nav ul { list-style: none; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem;
            max-width: none; font-size: .9rem; }
        nav a { display: inline-block; padding: .2rem 0; }
        .scroll { overflow: auto; max-width: 100%; max-height: 80vh; border: 1px solid var(--line); border-radius: 6px;
            margin: .75rem 0; }
        table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .875rem;
            font-variant-numeric: tabular-nums; }
        caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        th, td { padding: .35rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
            overflow-wrap: break-word; }
        tbody tr:last-child > * { border-bottom: 0; }
        thead th { position: sticky; top: 0; background: var(--quiet-back); color: var(--page); z-index: 1;
            vertical-align: bottom; }
        tbody th { font-weight: 500; }
        tbody th, td.n { white-space: nowrap; }
        th.n, td.n { text-align: right; }
        td:not(.n) { min-width: 7ch; max-width: 60ch; }
        tbody tr:hover > * { background: var(--quiet-back); }
        tbody tr:hover > .good { background: var(--good-back); }
        tbody tr:hover > .bad { background: var(--bad-back); }
        thead button { all: unset; cursor: pointer; font-weight: 600; }
        thead button:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        thead button::after { content: "\\a0\\2195"; color: var(--quiet); }
        [aria-sort=ascending] button::after { content: "\\a0\\2191"; }
        [aria-sort=descending] button::after { content: "\\a0\\2193"; }
        .filter { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; font-size: .875rem;
            margin: .75rem 0 0; }
        .filter input { font: inherit; color: inherit; background: var(--page-back); border: 1px solid var(--quiet);
            border-radius: 4px; padding: .3rem .5rem; min-width: 14rem; max-width: 100%; }
        .sliders { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: .5rem 1.5rem;
            margin: .75rem 0; font-size: .875rem; align-items: end; }
        .sliders input { font: inherit; color: inherit; background: var(--page-back); accent-color: var(--link); }
        .sliders input[type=number] { width: 8.5rem; border: 1px solid var(--quiet); border-radius: 4px;
            padding: .15rem .4rem; }
        .sliders input:invalid { border-color: var(--bad); }
        .sliders input[type=range] { display: block; width: 100%; margin: .35rem 0 0; }
        .sliders button { justify-self: start; font: inherit; color: var(--link); background: var(--page-back);
            border: 1px solid var(--line); border-radius: 4px; padding: .3rem .8rem; cursor: pointer; }
        .copy { float: right; margin: .6rem 0 0 .5rem; font: inherit; font-size: .8rem; color: var(--link);
            background: var(--page-back); border: 1px solid var(--line); border-radius: 4px; padding: .15rem .5rem;
            cursor: pointer; }
        figure { margin: 1rem 0 1.5rem; border: 1px solid var(--line); border-radius: 6px; padding: .75rem .9rem; }
        figcaption { font-weight: 600; overflow-wrap: anywhere; }
        figure p { margin: .25rem 0 .5rem; font-size: .875rem; color: var(--quiet-on-page, var(--quiet)); }
        figure summary { cursor: pointer; font-size: .875rem; padding: .25rem 0; }
        .plot { overflow: auto; max-height: 85vh; }
        .plot svg { display: block; flex: none; font: 12px system-ui, sans-serif; }
        .parts { display: grid; grid-template-columns: max-content max-content; width: max-content; }
        .names, .head, .corner { background: var(--page-back); }
        .names, .corner { position: sticky; left: 0; z-index: 1; }
        .names { display: flex; justify-content: flex-end; overflow: hidden; max-width: 22rem; }
        .head, .corner { position: sticky; top: 0; z-index: 1; }
        .corner { z-index: 2; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 48rem), 1fr)); gap: 0 1rem;
            align-items: start; }
        .figures > figure { min-width: 0; }
        .plot text { fill: var(--page); }
        .plot .quiet { fill: var(--quiet); }
        .plot .rule { stroke: var(--line); stroke-width: 1; }
        .plot [data-row] { cursor: pointer; }
        .plot .chosen { outline: 3px solid var(--link); outline-offset: 1px; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: 0; margin: .5rem 0 0;
            font-size: .8125rem; max-width: none; }
        .legend svg { vertical-align: -2px; margin-right: .4rem; }
        .told { margin: .5rem 0; padding: .5rem .75rem; background: var(--quiet-back); border: 1px solid var(--line);
            border-radius: 6px; font-size: .875rem; position: sticky; bottom: .5rem; z-index: 2; max-height: 45vh;
            overflow: auto; }
        .told dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: 0; }
        .told dt { color: var(--quiet); }
        .told dd { margin: 0; overflow-wrap: anywhere; }
        footer { padding-top: 1.5rem; padding-bottom: 2rem; font-size: .8125rem; color: var(--quiet); }
        @media (max-width: 480px) {
        html { font-size: 15px; }
        h1 { font-size: 1.3rem; }
        .told dl { grid-template-columns: 1fr; }
        .told dd { margin-bottom: .3rem; }
        figure { padding: .5rem; }
        .names { max-width: 11rem; }
        .plot .names svg { font-size: 10px; }
        }
        @media print {
        nav, .skip, .copy, .filter, .told, .sliders { display: none; }
        .scroll, .plot { overflow: visible; max-height: none; border: 0; }
        thead th { position: static; }
        .parts { zoom: .6; }
        .names, .head, .corner { position: static; }
        figure, tr, pre { break-inside: avoid; }
        pre { white-space: pre-wrap; }
        * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }

        """
}
