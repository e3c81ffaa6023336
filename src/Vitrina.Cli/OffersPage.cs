using System.Globalization;
using System.Net;
using System.Text;
using Vitrina.Engine;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Experimentation.Reports;

namespace Vitrina.Cli;

/// <summary>The report about offers as one HTML page that needs nothing else: new items, bins, states, and W as heat maps.</summary>
internal static class OffersPage
{
    private const int Cell = 17;
    private const int Left = 92;

    // More types with a W of their own than one looks at.
    private const int MostTypes = 12;

    /// <summary>The page.</summary>
    /// <param name="report">How new items and states fare.</param>
    /// <param name="transfer">W.</param>
    public static string Of(OffersReport report, TransferDocument transfer)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(transfer);
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Offers of {Text(report.Vertical)}</title><style>{ReportHtml.Style}</style></head><body><main>");
        html.Append(CultureInfo.InvariantCulture, $"<h1>Offers of {Text(report.Vertical)}</h1><div class=\"meta\">{Text(report.At.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture))} · generation {report.Generation}{string.Concat(report.SetAside.Select(aside => $" · {Text(aside.Key)} {Words.Number(aside.Value)}"))}</div>");
        AddNewItems(html, report);
        html.Append("<section class=\"card\"><h2>Active items by bin</h2><div class=\"plots\">");
        html.Append(CultureInfo.InvariantCulture, $"<div><h3>Price, cheapest first</h3>{Bars(report.PriceBins, 0)}</div><div><h3>Delivery, fastest first</h3>{Bars(report.DeliveryBins, 0)}</div></div></section>");
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"card\"><h2>Items by states in which they were seen{(report.StatesPerItem is { } mean ? $", mean {mean.ToString("0.00", CultureInfo.InvariantCulture)}" : "")}</h2>{Bars(report.ItemsByStates, 1)}</section>");
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"card\"><h2>W: what statistics of one state are worth in another</h2><p class=\"why\">{(transfer.Source is { } source ? $"{Text(source)}; " : "")}prior strengths: type {Words.Number(transfer.Strengths.Type)}, match group {Words.Number(transfer.Strengths.MatchGroup)}.</p>");
        AddMatrix(html, "All types", transfer.Matrix);
        foreach (var (type, matrix) in transfer.Types.Take(MostTypes))
        {
            AddMatrix(html, type, matrix);
        }

        return html.Append(transfer.Types.Count > MostTypes ? $"<p class=\"why\">… and {transfer.Types.Count - MostTypes} more types.</p>" : "").Append("</section></main></body></html>\n").ToString();
    }

    private static void AddNewItems(StringBuilder html, OffersReport report)
    {
        string[] events = [.. report.NewItems.SelectMany(items => items.Shares.Keys).Distinct()];
        html.Append("<section class=\"card\"><h2>New items</h2><table><tr><th></th><th>items</th><th>active</th>")
            .AppendJoin("", events.Select(name => $"<th>share of {Text(name)}</th>")).Append("<th>hours to first view</th><th>to first interaction</th></tr>");
        foreach (var items in report.NewItems)
        {
            string[] cells = [Words.Number(items.Items), Words.Number(items.ActiveItems), .. events.Select(name => items.Shares.TryGetValue(name, out var share) ? share.ToString("0.0 %", CultureInfo.InvariantCulture) : "–"), Hours(items.HoursToFirstView), Hours(items.HoursToFirstInteraction)];
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>&lt; {items.Days} days</td>").AppendJoin("", cells.Select(cell => $"<td class=\"n\">{Text(cell)}</td>")).Append("</tr>");
        }

        html.Append("</table></section>");
    }

    private static string Hours(double? hours) => hours is { } known ? Words.Number(Math.Round(known, 1)) : "–";

    // A bar for each count, named from a first number on.
    private static string Bars(IReadOnlyList<int> counts, int first)
    {
        const int Width = 420, Height = 150, Bottom = 22, Top = 16;
        var most = Math.Max(1, counts.DefaultIfEmpty().Max());
        var step = (double)Width / Math.Max(1, counts.Count);
        var svg = new StringBuilder($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\">");
        for (var i = 0; i < counts.Count; i++)
        {
            var height = (double)counts[i] / most * (Height - Bottom - Top);
            var middle = (i + 0.5) * step;
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{(i * step) + 2:0.#}\" y=\"{Height - Bottom - height:0.#}\" width=\"{step - 4:0.#}\" height=\"{height:0.#}\" fill=\"var(--mark)\"/><text x=\"{middle:0.#}\" y=\"{Height - Bottom - height - 4:0.#}\" text-anchor=\"middle\">{counts[i]:n0}</text><text x=\"{middle:0.#}\" y=\"{Height - 6}\" text-anchor=\"middle\">{first + i}{(first > 0 && i == counts.Count - 1 ? "+" : "")}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    // Both kernels as strips, and their product: all of W, since it depends on the two shifts alone.
    private static void AddMatrix(StringBuilder html, string name, TransferMatrix matrix)
    {
        const int Strip = 2 * Cell, Strips = 2 * (Strip + 8), Side = TransferKernel.Count * Cell;
        var height = 18 + Strips + 12 + Side + 34;
        html.Append(CultureInfo.InvariantCulture, $"<h3>{Text(name)}</h3><svg viewBox=\"0 0 {Left + Side + 60} {height}\" role=\"img\" style=\"max-width:520px\">");
        for (var shift = -TransferKernel.MaxShift; shift <= TransferKernel.MaxShift; shift++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{XOf(shift) + (Cell / 2)}\" y=\"12\" text-anchor=\"middle\">{Signed(shift)}</text>");
        }

        AddStrip(html, "price", matrix.Price, 18, Strip);
        AddStrip(html, "delivery", matrix.Delivery, 18 + Strip + 8, Strip);
        var top = 18 + Strips + 12;
        for (var delivery = -TransferKernel.MaxShift; delivery <= TransferKernel.MaxShift; delivery++)
        {
            var y = top + ((delivery + TransferKernel.MaxShift) * Cell);
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 12}\" text-anchor=\"end\">{(delivery == 0 ? "delivery shift 0" : Signed(delivery))}</text>");
            for (var price = -TransferKernel.MaxShift; price <= TransferKernel.MaxShift; price++)
            {
                AddCell(html, XOf(price), y, Cell, matrix.Price[price] * matrix.Delivery[delivery], $"price {Signed(price)}, delivery {Signed(delivery)}");
            }
        }

        html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top + Side + 16}\">across: shift of the price bin; below 0: cheaper, faster than it was seen.</text><text x=\"{Left}\" y=\"{top + Side + 30}\">Full colour: all of it counts; white: nothing.</text></svg>");
    }

    private static void AddStrip(StringBuilder html, string name, TransferKernel kernel, int y, int height)
    {
        html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + (height / 2) + 4}\" text-anchor=\"end\">{name} kernel</text>");
        for (var shift = -TransferKernel.MaxShift; shift <= TransferKernel.MaxShift; shift++)
        {
            AddCell(html, XOf(shift), y, height, kernel[shift], $"{name} {Signed(shift)}");
        }
    }

    private static int XOf(int shift) => Left + ((shift + TransferKernel.MaxShift) * Cell);

    private static void AddCell(StringBuilder html, int x, int y, int height, double weight, string name) => html.Append(
        CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"{Cell - 1}\" height=\"{height - 1}\" fill=\"var(--mark)\" fill-opacity=\"{weight:0.###}\" stroke=\"var(--line)\"><title>{Text(name)}: {weight:0.####}</title></rect>");

    private static string Signed(int shift) => shift.ToString("+0;−0;0", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
