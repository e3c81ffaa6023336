using Vitrina.Kernels.Chance;

namespace Vitrina.Experimentation.Schedules;

/// <summary>Draws schedules from a design: once for the experiment, and many times as the reference distribution of a randomisation test.</summary>
/// <remarks>Same design and seed, same schedule on every machine. The draw of one cluster does not depend on how many others there are.</remarks>
public static class ScheduleGenerator
{
    private const int MaxAttempts = 10_000;

    /// <summary>The schedule of an experiment.</summary>
    /// <exception cref="ArgumentException">The design cannot be drawn; the message says why.</exception>
    public static SwitchbackSchedule Draw(ScheduleDesign design, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(design);
        var arms = NewArms(design);
        DrawInto(design, seed, 0, arms);
        return new SwitchbackSchedule(design, seed, arms);
    }

    /// <summary>One of the schedules that the design could have given; number 0 is that of <see cref="Draw"/>.</summary>
    /// <param name="design">The design.</param>
    /// <param name="seed">Seed of the whole sequence of draws.</param>
    /// <param name="number">Which draw.</param>
    /// <param name="arms">Receives 0 and 1; shape [clusters][periods].</param>
    /// <exception cref="ArgumentException">The design cannot be drawn, or its acceptance rule refused every attempt.</exception>
    public static void DrawInto(ScheduleDesign design, ulong seed, ulong number, byte[][] arms)
    {
        ArgumentNullException.ThrowIfNull(design);
        ArgumentNullException.ThrowIfNull(arms);
        if (design.FindMistake() is { } mistake)
        {
            throw new ArgumentException(mistake, nameof(design));
        }

        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            for (var cluster = 0; cluster < arms.Length; cluster++)
            {
                if (cluster > 0 && design.IsCommon)
                {
                    arms[0].CopyTo(arms[cluster], 0);
                    continue;
                }

                var stream = RandomStream.For(seed, $"schedule {number} {attempt}", (ulong)cluster);
                DrawPath(design, ref stream, arms[cluster]);
            }

            if (IsAccepted(design, arms))
            {
                return;
            }
        }

        throw new ArgumentException($"none of {MaxAttempts} schedules was accepted: widen the largest imbalance of a period ({design.MaxPeriodImbalance})", nameof(design));
    }

    /// <summary>The path of one cluster, without the acceptance rule.</summary>
    /// <exception cref="ArgumentException">No path switched: the treated share is too near 0 or 1 for so few periods.</exception>
    public static void DrawPath(ScheduleDesign design, ref RandomStream stream, Span<byte> path)
    {
        ArgumentNullException.ThrowIfNull(design);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            Toss(design, ref stream, path);
            if (!design.RequiresSwitch || path.ContainsAnyExcept(path[0]))
            {
                return;
            }
        }

        throw new ArgumentException($"none of {MaxAttempts} paths switched; use more periods or a treated share nearer to 0.5", nameof(design));
    }

    internal static byte[][] NewArms(ScheduleDesign design) => [.. design.Clusters.Select(_ => new byte[design.PeriodCount])];

    private static void Toss(ScheduleDesign design, ref RandomStream stream, Span<byte> path)
    {
        switch (design.Kind)
        {
            case ScheduleKind.Balanced:
                Fill(ref stream, path, design.TreatedShare);
                break;
            case ScheduleKind.Stratified:
                TossStrata(design, ref stream, path);
                break;
            case ScheduleKind.Pairs:
                for (var first = 0; first < path.Length; first += 2)
                {
                    path[first] = (byte)(stream.NextBool(0.5) ? 1 : 0);
                    if (first + 1 < path.Length)
                    {
                        path[first + 1] = (byte)(1 - path[first]);
                    }
                }

                break;
            case ScheduleKind.Minimax:
                TossBlocks(ScheduleDesign.MinimaxPoints(path.Length, design.CarryOverPeriods), ref stream, path);
                break;
            default:
                foreach (ref var arm in path)
                {
                    arm = (byte)(stream.NextBool(design.TreatedShare) ? 1 : 0);
                }

                break;
        }
    }

    private static void TossBlocks(int[] points, ref RandomStream stream, Span<byte> path)
    {
        for (var block = 0; block < points.Length; block++)
        {
            var end = block + 1 < points.Length ? points[block + 1] : path.Length;
            path[points[block]..end].Fill((byte)(stream.NextBool(0.5) ? 1 : 0));
        }
    }

    private static void TossStrata(ScheduleDesign design, ref RandomStream stream, Span<byte> path)
    {
        foreach (var stratum in Enumerable.Range(0, path.Length).GroupBy(period => design.Strata[period]))
        {
            int[] periods = [.. stratum];
            var arms = new byte[periods.Length];
            Fill(ref stream, arms, design.TreatedShare);
            for (var i = 0; i < periods.Length; i++)
            {
                path[periods[i]] = arms[i];
            }
        }
    }

    // The treated share exactly, the remainder by a coin, in random order.
    private static void Fill(ref RandomStream stream, Span<byte> arms, double share)
    {
        var expected = arms.Length * share;
        var treated = (int)Math.Floor(expected + 1e-9);
        treated += stream.NextBool(expected - treated) ? 1 : 0;
        arms.Clear();
        arms[..treated].Fill(1);
        stream.Shuffle(arms);
    }

    private static bool IsAccepted(ScheduleDesign design, byte[][] arms)
    {
        if (design.MaxPeriodImbalance >= 1)
        {
            return true;
        }

        for (var period = 0; period < design.PeriodCount; period++)
        {
            var treated = 0;
            foreach (var path in arms)
            {
                treated += path[period];
            }

            if (Math.Abs((double)treated / arms.Length - design.TreatedShare) > design.MaxPeriodImbalance + 1e-12)
            {
                return false;
            }
        }

        return true;
    }
}
