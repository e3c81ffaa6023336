using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Replay;
using Vitrina.Learning.Training;

namespace Vitrina.Learning;

/// <summary>What permuted labels gave.</summary>
/// <param name="ListLength">The length of the lists that were used: the commonest one.</param>
/// <param name="Lists">How many test lists of it with a positive there are.</param>
/// <param name="Aucs">The mean within-list AUC of each permutation.</param>
/// <param name="StandardError">
/// The standard error of their mean, from the spread of the AUC over lists: permuted labels of lists and permutations do not depend on each other,
/// so that thousands of values tell it, where the spread of a few means would not.
/// </param>
public sealed record LeakTestOutcome(int ListLength, int Lists, IReadOnlyList<double> Aucs, double StandardError)
{
    /// <summary>The mean over the permutations.</summary>
    public double Mean => Aucs.Average();

    /// <summary>True when the mean is within three standard errors of a half.</summary>
    public bool IsClean => Math.Abs(Mean - 0.5) <= 3 * StandardError;
}

/// <summary>
/// Asks whether anything but the labels tells which row was acted on: labels are permuted within each list, trees are fitted and judged by the
/// very path of training, and the AUC within lists must be a half. Lists of one length, for which rows stand where cannot tell either.
/// </summary>
public static class LeakTest
{
    private const int Leaves = 16;
    private const int Trees = 60;

    /// <summary>Runs the permutations.</summary>
    /// <exception cref="NothingToLearnException">The log has no list of the surface, or nobody acted on one.</exception>
    public static LeakTestOutcome Run(
        IJournalStore journal,
        IReadOnlyList<CompiledVertical> verticals,
        LearningOptions options,
        int permutations = 16,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 2);
        var (columns, all) = LearningLoop.Collect(journal, verticals, null, options, cancellationToken);
        var length = all.Where(list => list.HasPositive).GroupBy(list => list.Labels.Length).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).FirstOrDefault()?.Key
            ?? throw new NothingToLearnException($"nobody acted on a list of {options.Vertical}/{options.Surface}");
        var lists = all.Where(list => list.HasPositive && list.Labels.Length == length).ToList();
        var aucs = new List<double>();
        for (var permutation = 0; permutation < permutations; permutation++)
        {
            aucs.AddRange(AucsOf(columns, [.. lists.Select((list, i) => Permuted(list, options.Seed, permutation, i))], options, cancellationToken));
            progress?.Report((permutation + 1.0) / permutations);
        }

        var mean = aucs.Average();
        var variance = aucs.Sum(auc => (auc - mean) * (auc - mean)) / (aucs.Count - 1);
        var count = lists.Count(list => list.Part == LogPart.Test);
        return new LeakTestOutcome(length, count, [.. aucs.Chunk(count).Select(chunk => chunk.Average())], Math.Sqrt(variance / aucs.Count));
    }

    private static LearningList Permuted(LearningList list, ulong seed, int permutation, int number)
    {
        var labels = list.Labels.ToArray();
        var random = RandomStream.For(seed, $"leak-{permutation}", (ulong)number);
        random.Shuffle<float>(labels);
        return list with { Labels = labels };
    }

    private static IEnumerable<double> AucsOf(LearningColumns columns, List<LearningList> lists, LearningOptions options, CancellationToken cancellationToken)
    {
        using var rows = new LearningRows(columns, options);
        foreach (var list in lists.Where(list => list.Part == LogPart.Train))
        {
            rows.Add(list);
        }

        var model = RankerFit.TreesOf(rows, options, Leaves, Trees, cancellationToken);
        var matrix = new FeatureMatrix();
        return lists.Where(list => list.Part == LogPart.Test).Select(list => ProbabilityMetrics.Auc(columns.Score(model, list, matrix), list.Labels)).ToList();
    }
}
