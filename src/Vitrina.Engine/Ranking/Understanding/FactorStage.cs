using Vitrina.Engine.Features;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking.Understanding;

/// <summary>What the query says about its candidates, once they are retrieved; computed only where a feature reads it.</summary>
internal static class FactorStage
{
    /// <summary>Texts that show what a query is about; further ones only share a word with it.</summary>
    private const int BestTexts = 50;

    public static void Run(RankingContext context)
    {
        context.Scope.BringNear();
        context.Factors.Reset(context.Count, () => Fill(context));
        context.Scope.Serve(context.Factors);
    }

    private static void Fill(RankingContext context)
    {
        var factors = context.Factors;
        var items = context.Scope.Items;
        var exact = factors.ExactMatches;
        var attribute = factors.AttributeMatches;
        for (var i = 0; i < items.Length; i++)
        {
            exact[i] = context.Reading?.Exact.ShareOf(items[i]) ?? float.NaN;
            attribute[i] = context.Reading?.IntentShareOf(items[i]) ?? float.NaN;
        }

        CountTypes(context, factors);
    }

    private static void CountTypes(RankingContext context, QueryFactors factors)
    {
        var source = Array.IndexOf(context.Surface.SourceNames, "text");
        var items = context.Scope.Items;
        factors.CategoryShares[..items.Length].Fill(float.NaN);
        if (source < 0 || context.Vertical.Schema.Type is not { Storage: AttributeStorage.Keywords } type)
        {
            return;
        }

        var counts = new Dictionary<int, int>();
        var total = 0;
        for (var i = 0; i < items.Length; i++)
        {
            if (context.SourceRanks[source][i] is > 0 and <= BestTexts)
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, items[i].Keywords[type.Slot], out _)++;
                total++;
            }
        }

        for (var i = 0; i < items.Length && total > 0; i++)
        {
            factors.CategoryShares[i] = (float)counts.GetValueOrDefault(items[i].Keywords[type.Slot]) / total;
        }

        factors.CategoryEntropy = total == 0 ? float.NaN : (float)-counts.Values.Sum(count => (double)count / total * Math.Log((double)count / total));
    }
}
