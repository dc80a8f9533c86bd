/// The report's style sheet: light and dark, from telephone to desk.
enum ReportStyle {
  static let css: Markup = """
    :root{color-scheme:light dark;--paper:#fbfaf7;--panel:#fff;--ink:#1d2127;--soft:#5d6570;\
    --grid:#e3e1db;--first:#2f6db5;--second:#d4661b;--third:#4f9a6a;--over:#fff}
    @media(prefers-color-scheme:dark){:root{--paper:#14171b;--panel:#1c2025;--ink:#e7e9ec;\
    --soft:#a0a8b3;--grid:#333941;--first:#6aa6ec;--second:#f0934f;--third:#74c694;--over:#0f1215}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);\
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
    main{max-width:1080px;margin:0 auto;padding:24px 16px 64px}
    h1{font-size:1.7rem;margin:0 0 4px;line-height:1.2}
    h2{font-size:1.2rem;margin:40px 0 12px}
    h3{font-size:1rem;margin:0 0 6px}
    p,figcaption,small{color:var(--soft)}
    p{margin:0 0 12px;max-width:70ch}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;\
    margin-top:20px}
    .tile,figure,.card{background:var(--panel);border:1px solid var(--grid);border-radius:10px}
    .tile{padding:12px 14px}
    .tile b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}
    .tile small{display:block}
    .two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px;\
    align-items:start}
    figure{margin:0;padding:14px}
    figcaption{font-size:.875rem;margin-top:8px}
    svg{display:block;width:100%;height:auto;margin-top:6px}
    svg text{fill:var(--soft);font-size:11px;font-family:inherit;font-variant-numeric:tabular-nums}
    svg text.title{fill:var(--ink)}
    svg text.small{font-size:9px}
    svg text.over{fill:var(--over)}
    svg text.count{fill:var(--ink)}
    .grid{stroke:var(--grid);stroke-width:1}
    .line{fill:none;stroke-width:2;stroke-linejoin:round}
    .line.first{stroke:var(--first)}
    .line.second{stroke:var(--second)}
    .line.ideal{stroke:var(--soft);stroke-dasharray:4 4;stroke-width:1.2}
    rect.first,rect.hit{fill:var(--first)}
    rect.second,rect.miss{fill:var(--second)}
    rect.third{fill:var(--third)}
    .dot{fill:var(--second)}
    .key{display:inline-block;font-size:.8125rem;color:var(--soft);margin-right:12px}
    .key::before{content:"";display:inline-block;width:12px;height:12px;border-radius:3px;\
    margin-right:6px;vertical-align:-1px}
    .key.first::before{background:var(--first)}
    .key.second::before{background:var(--second)}
    .key.third::before{background:var(--third)}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;min-width:100%}
    th,td{text-align:right;padding:4px 12px;border-bottom:1px solid var(--grid);white-space:nowrap}
    th:first-child,td:first-child{text-align:left;padding-left:0}
    th{font-weight:600}
    tr.total td{border-bottom:0}
    .strip{display:grid;grid-template-columns:104px 1fr;align-items:center;gap:8px;margin:6px 0}
    .strip img{width:100%;max-width:720px;height:auto;border-radius:6px}
    img{image-rendering:pixelated;background:#000;display:block}
    .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px}
    .card{padding:10px;font-size:.9375rem;line-height:1.35}
    .card img{width:100%;height:auto;border-radius:6px;margin-bottom:8px}
    @media(max-width:480px){.strip{grid-template-columns:1fr;gap:2px}\
    .cards{grid-template-columns:repeat(2,1fr)}th,td{padding:4px 8px}}
    """
}
