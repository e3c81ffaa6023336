using System.Globalization;
using System.Net;
using System.Text;

namespace Vitrina.Experimentation.Reports;

/// <summary>Plots as inline SVG.</summary>
internal static class Charts
{
    private const int Width = 640;

    /// <summary>A heading for a curve.</summary>
    public static string TitleOf(string curve) => curve switch
    {
        "running" => "Running always-valid interval, by units",
        "carryOver" => "Carry-over: total effect by lags allowed for",
        "attributions" => "The same deals by moment of attribution",
        "withoutCluster" => "Without one cluster",
        "withoutPeriod" => "Without one period",
        "washoutBurnIn" => "Burn-in: hours left out behind a switch",
        "washoutBurnOut" => "Burn-out: hours left out before a switch",
        "boundaries" => "Boundaries |z| by information",
        _ => curve,
    };

    /// <summary>Estimates in the unit of the metric, one under another, each with its interval.</summary>
    public static string Forest(Comparison comparison)
    {
        // Relative estimates and ratios live on other scales than the differences.
        string[] others = ["Relative", "fieller", "bayesian", "withinLift", "test", "placebo"];
        var rows = comparison.Estimates.Where(pair => double.IsFinite(pair.Value.Low) && double.IsFinite(pair.Value.High) && others.All(other => !pair.Key.Contains(other, StringComparison.Ordinal))).ToArray();
        if (rows.Length == 0)
        {
            return "";
        }

        const int Left = 190, Line = 20;
        var scale = Scale.Of(rows.SelectMany(row => (double[])[row.Value.Low, row.Value.High]).Append(0), Left, Width - 20);
        var height = rows.Length * Line + 34;
        var svg = Start(height);
        AddAxis(svg, scale, 4, height - 22, isVertical: false);
        for (var i = 0; i < rows.Length; i++)
        {
            var (y, estimate) = (14 + i * Line, rows[i].Value);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 10}\" y=\"{y + 4}\" text-anchor=\"end\">{Text(rows[i].Key)}</text><line x1=\"{scale.At(estimate.Low):0.#}\" x2=\"{scale.At(estimate.High):0.#}\" y1=\"{y}\" y2=\"{y}\" stroke=\"var(--mark)\" stroke-width=\"2\"/><circle cx=\"{scale.At(estimate.Value):0.#}\" cy=\"{y}\" r=\"4\" fill=\"var(--mark)\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Points over x, with a band or bars where there are intervals.</summary>
    public static string Curve(IReadOnlyList<CurvePoint> points)
    {
        const int Height = 240, Left = 62, Bottom = 34;
        CurvePoint[] shown = [.. points.Where(point => double.IsFinite(point.Value))];
        if (shown.Length < 2)
        {
            return "";
        }

        var isNamed = shown.Any(point => point.Label.Length > 0);
        // The first intervals of a sequence are so wide that nothing else could be seen.
        var ends = shown.SelectMany(point => (double[])[point.Low, point.High]).Where(double.IsFinite).Order().ToArray();
        var inner = ends.Length > 40 ? ends[(ends.Length / 20)..^(ends.Length / 20)] : ends;
        var y = Scale.Of(shown.Select(point => point.Value).Concat(inner).Append(0), Height - Bottom, 10);
        var x = Scale.Of(isNamed ? Enumerable.Range(0, shown.Length).Select(i => (double)i) : shown.Select(point => point.X), Left + 16, Width - 24, isTight: true);
        var svg = Start(Height);
        AddAxis(svg, y, Left, Width - 14, isVertical: true);
        double At(int i) => x.At(isNamed ? i : shown[i].X);
        double Clip(double value) => Math.Clamp(y.At(value), 4, Height - Bottom);
        var isBand = !isNamed && shown.Length > 12 && shown.All(point => double.IsFinite(point.Low));
        if (isBand)
        {
            var band = string.Join(' ', Enumerable.Range(0, shown.Length).Select(i => Point(At(i), Clip(shown[i].High))).Concat(Enumerable.Range(0, shown.Length).Reverse().Select(i => Point(At(i), Clip(shown[i].Low)))));
            svg.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{band}\" fill=\"var(--mark)\" opacity=\"0.15\"/>");
        }

        if (!isNamed)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{string.Join(' ', Enumerable.Range(0, shown.Length).Select(i => Point(At(i), Clip(shown[i].Value))))}\" fill=\"none\" stroke=\"var(--mark)\" stroke-width=\"2\"/>");
        }

        var every = Math.Max(1, (shown.Length + 7) / 8);
        for (var i = 0; i < shown.Length; i++)
        {
            var point = shown[i];
            if (!isBand)
            {
                svg.Append(double.IsFinite(point.Low) ? string.Create(CultureInfo.InvariantCulture, $"<line x1=\"{At(i):0.#}\" x2=\"{At(i):0.#}\" y1=\"{Clip(point.Low):0.#}\" y2=\"{Clip(point.High):0.#}\" stroke=\"var(--mark)\" stroke-width=\"2\"/>") : "");
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{At(i):0.#}\" cy=\"{Clip(point.Value):0.#}\" r=\"{(shown.Length > 30 ? 2 : 4)}\" fill=\"var(--mark)\"/>");
            }

            if (i % every == 0)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{At(i):0.#}\" y=\"{Height - 14}\" text-anchor=\"middle\">{Text(isNamed ? Short(point.Label) : Words.Number(point.X))}</text>");
            }
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>A row per cluster, a square per period.</summary>
    public static string Calendar(IDictionary<string, string> paths)
    {
        const int Left = 150;
        var rows = paths.Take(60).ToArray();
        var length = rows.Max(row => row.Value.Length);
        var size = Math.Clamp((1000.0 - Left) / length, 2, 18);
        var height = rows.Length * (Math.Max(size, 12) + 2) + 26;
        var svg = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 1000 {height:0}\" role=\"img\">"));
        for (var r = 0; r < rows.Length; r++)
        {
            var y = r * (Math.Max(size, 12) + 2);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 10:0.#}\" text-anchor=\"end\">{Text(Short(rows[r].Key))}</text>");
            for (var t = 0; t < rows[r].Value.Length; t++)
            {
                var fill = rows[r].Value[t] switch { '1' => "var(--mark)", '0' => "#cfd6de", _ => "none" };
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left + t * size:0.##}\" y=\"{y:0.#}\" width=\"{Math.Max(1, size - 1):0.##}\" height=\"{Math.Max(size, 12) - 1:0.#}\" fill=\"{fill}\" stroke=\"{(fill == "none" ? "#e3e7eb" : "none")}\"/>");
            }
        }

        return svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{height - 6:0}\">blue: treatment, grey: control, empty: no cell; a column is a period</text></svg>").ToString();
    }

    private static StringBuilder Start(int height) => new(string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\">"));

    private static void AddAxis(StringBuilder svg, Scale scale, int from, int to, bool isVertical)
    {
        foreach (var tick in scale.Ticks)
        {
            var at = scale.At(tick);
            var stroke = tick == 0 ? "#8a95a1" : "#e3e7eb";
            svg.Append(isVertical
                ? string.Create(CultureInfo.InvariantCulture, $"<line x1=\"{from}\" x2=\"{to}\" y1=\"{at:0.#}\" y2=\"{at:0.#}\" stroke=\"{stroke}\"/><text x=\"{from - 6}\" y=\"{at + 4:0.#}\" text-anchor=\"end\">{Words.Number(tick)}</text>")
                : string.Create(CultureInfo.InvariantCulture, $"<line y1=\"{from}\" y2=\"{to}\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" stroke=\"{stroke}\"/><text y=\"{to + 14}\" x=\"{at:0.#}\" text-anchor=\"middle\">{Words.Number(tick)}</text>"));
        }
    }

    private static string Point(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#}");

    private static string Short(string label) => label.Length > 20 ? label[..19] + "…" : label;

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    // From values to pixels, with round ticks.
    private sealed class Scale
    {
        private readonly double _low, _high, _from, _to;

        private Scale(double low, double high, double from, double to, double[] ticks) => (_low, _high, _from, _to, Ticks) = (low, high, from, to, ticks);

        public double[] Ticks { get; }

        public static Scale Of(IEnumerable<double> values, double from, double to, bool isTight = false)
        {
            double[] all = [.. values];
            double low = all.Min(), high = all.Max(), range = high > low ? high - low : Math.Max(1e-9, Math.Abs(high));
            var step = Math.Pow(10, Math.Floor(Math.Log10(range / 4)));
            step *= range / step > 20 ? 5 : range / step > 8 ? 2 : 1;
            var (first, last) = isTight ? (low, high > low ? high : low + range) : (Math.Floor(low / step) * step, Math.Ceiling(high / step) * step);
            var ticks = Enumerable.Range(0, 60).Select(i => Math.Round((Math.Ceiling(first / step) + i) * step, 12)).Where(tick => tick <= last + step / 1e6).ToArray();
            return new Scale(first, last, from, to, ticks);
        }

        public double At(double value) => _from + (value - _low) / (_high - _low) * (_to - _from);
    }
}
