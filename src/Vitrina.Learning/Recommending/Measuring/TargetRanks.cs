namespace Vitrina.Learning.Recommending.Measuring;

/// <summary>Where targets stand when a whole catalogue is ordered by score, and by popularity where scores are equal.</summary>
public static class TargetRanks
{
    /// <summary>Ranks from 1: one more than the items before the target, and half of those that tie with it.</summary>
    /// <param name="scores">Scores of all items; minus infinity where an item is not in question.</param>
    /// <param name="popularity">Orders items of equal score.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="floor">A target scored below may get the rank infinity, unless it is the best of the targets: many targets then cost little.</param>
    /// <param name="ranks">Receives their ranks; infinity for a target that is not in question. Shape [targets].</param>
    /// <remarks>Other targets count like any item. Cost: items x targets at or above the floor.</remarks>
    public static void Fill(ReadOnlySpan<float> scores, int[] popularity, ReadOnlySpan<int> targets, float floor, Span<double> ranks)
    {
        ArgumentNullException.ThrowIfNull(popularity);
        float best = float.NegativeInfinity;
        foreach (int target in targets)
        {
            best = Math.Max(best, scores[target]);
        }

        floor = Math.Min(floor, best);
        for (int number = 0; number < targets.Length; number++)
        {
            int target = targets[number];
            float score = scores[target];
            if (float.IsNegativeInfinity(score) || score < floor)
            {
                ranks[number] = double.PositiveInfinity;
                continue;
            }

            int before = 0, ties = 0;
            for (int item = 0; item < scores.Length; item++)
            {
                if (scores[item] >= score)
                {
                    bool isEqual = scores[item] == score;
                    before += !isEqual || popularity[item] > popularity[target] ? 1 : 0;
                    ties += isEqual && popularity[item] == popularity[target] ? 1 : 0;
                }
            }

            ranks[number] = 1 + before + ((ties - 1) / 2.0);
        }
    }
}
