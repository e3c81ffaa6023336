using System.Globalization;

namespace Vitrina.JourneyTests.Running;

/// <summary>How much of the machine a journey has for itself.</summary>
internal static class Machine
{
    /// <summary>The share of the processors that a busy process can expect, by the load of the last minute: 1 on an idle machine.</summary>
    public static double Share()
    {
        const string LoadFile = "/proc/loadavg";
        if (!File.Exists(LoadFile))
        {
            return 1;
        }

        var load = double.Parse(File.ReadAllText(LoadFile).Split(' ')[0], CultureInfo.InvariantCulture);
        return Math.Min(1, Environment.ProcessorCount / Math.Max(load, 1));
    }

    /// <summary>The value below which a share of the values lies.</summary>
    public static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[Math.Min(values.Count - 1, (int)(values.Count * share))];
    }

    /// <summary>The middle value.</summary>
    public static double Median(List<double> values) => Percentile(values, 0.5);
}
