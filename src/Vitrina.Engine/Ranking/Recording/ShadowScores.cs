using System.Runtime.CompilerServices;
using Vitrina.Engine.Models;

namespace Vitrina.Engine.Ranking.Recording;

/// <summary>Scores of a model in shadow, kept as two more columns of a ranking's recorded vectors: what served, and what would have.</summary>
/// <remarks>
/// Computed by the thread of the feature log from the vectors as they were at serving: the answer does not wait for it, and what the log drops is
/// dropped with it. So shadow scores cover what the log covers: the shown items and a sample of the others, of the surface's share of rankings.
/// </remarks>
public static class ShadowScores
{
    /// <summary>Begins the name of the column of scores that ordered the list.</summary>
    public const string ServedPrefix = "served:";

    /// <summary>Begins the name of the column of scores of the model in shadow.</summary>
    public const string ShadowPrefix = "shadow:";

    private const string Nothing = "none";

    // One list of names for all rankings of a surface, model and shadow: the log groups by it.
    private static readonly ConditionalWeakTable<IReadOnlyList<string>, Dictionary<(string Served, string Shadow), string[]>> s_names = [];

    /// <summary>The model whose shadow scores a ranking has, as name/version; null when it has none.</summary>
    public static string? ModelOf(FeatureBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return block.FeatureNames.Count > 0 && block.FeatureNames[^1].StartsWith(ShadowPrefix, StringComparison.Ordinal) ? block.FeatureNames[^1][ShadowPrefix.Length..] : null;
    }

    /// <summary>The scores of the model in shadow, one per row; empty when there are none.</summary>
    public static ReadOnlySpan<float> Of(FeatureBlock block) =>
        ModelOf(block) is null ? [] : block.Values.AsSpan(block.Values.Length - block.Items.Length);

    /// <summary>The scores that ordered the list, one per row; empty when there is no shadow to compare with.</summary>
    public static ReadOnlySpan<float> ServedOf(FeatureBlock block) =>
        ModelOf(block) is null ? [] : block.Values.AsSpan(block.Values.Length - (2 * block.Items.Length), block.Items.Length);

    /// <summary>The names of the columns of a ranking that a model scores in shadow.</summary>
    internal static IReadOnlyList<string> NamesOf(IReadOnlyList<string> features, string? served, string shadow)
    {
        var known = s_names.GetOrCreateValue(features);
        lock (known)
        {
            var key = (served ?? Nothing, shadow);
            if (!known.TryGetValue(key, out var names))
            {
                known[key] = names = [.. features, ServedPrefix + key.Item1, ShadowPrefix + shadow];
            }

            return names;
        }
    }

    /// <summary>Fills in the last column.</summary>
    internal static void Complete(FeatureBlock block, FeatureMatrix matrix)
    {
        if (block.Shadow is not { } shadow)
        {
            return;
        }

        var rows = block.Items.Length;
        matrix.Reset(rows, block.FeatureNames.Count - 2);
        for (var column = 0; column < matrix.Columns; column++)
        {
            block.Values.AsSpan(column * rows, rows).CopyTo(matrix.Column(column));
        }

        shadow.Loaded.Model.Score(matrix, shadow.Columns, block.Values.AsSpan(block.Values.Length - rows));
    }
}
