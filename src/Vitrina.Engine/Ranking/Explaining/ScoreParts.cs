namespace Vitrina.Engine.Ranking.Explaining;

/// <summary>The contributions of features to the scores of candidates that are explained: all candidates of a model are taken apart at once.</summary>
internal sealed class ScoreParts
{
    private readonly Dictionary<int, (ServingModel Model, double[] Contributions, int Row)> _parts = [];

    private ScoreParts()
    {
    }

    /// <summary>Takes the scores of candidates apart that a model gave; those of fallbacks are not in it.</summary>
    public static ScoreParts Of(RankingContext context, IEnumerable<int> candidates)
    {
        var parts = new ScoreParts();
        foreach (var group in candidates.Distinct().GroupBy(context.ModelOf))
        {
            if (group.Key is { } id && context.Snapshot.Models.Values.FirstOrDefault(model => model.Id == id) is { } serving)
            {
                int[] rows = [.. group];
                var contributions = new double[rows.Length * serving.Loaded.Model.Inputs.Count];
                serving.Loaded.Model.Contributions(context.Features, rows, serving.Columns, contributions);
                for (var row = 0; row < rows.Length; row++)
                {
                    parts._parts[rows[row]] = (serving, contributions, row);
                }
            }
        }

        return parts;
    }

    /// <summary>The contributions to a candidate's score, by the model's inputs; empty when no model gave it.</summary>
    public ReadOnlySpan<double> Find(int candidate, out ServingModel? serving)
    {
        if (!_parts.TryGetValue(candidate, out var part))
        {
            serving = null;
            return [];
        }

        serving = part.Model;
        var inputs = serving.Loaded.Model.Inputs.Count;
        return part.Contributions.AsSpan(part.Row * inputs, inputs);
    }
}
