namespace Vitrina.Engine.Ranking;

/// <summary>Moves or removes candidates of an ordered page.</summary>
internal abstract class MixingRule(string name)
{
    /// <summary>The rule's name in the vertical's file.</summary>
    public string Name { get; } = name;

    /// <summary>Changes <see cref="RankingContext.Order"/>; a place that the rule set has propensity 1.</summary>
    /// <param name="context">The request.</param>
    /// <param name="pageSize">How many items stand on a page.</param>
    public abstract void Apply(RankingContext context, int pageSize);
}

/// <summary>Scratch space of mixing rules.</summary>
internal sealed class MixingBuffers
{
    public int[] Order { get; private set; } = [];

    public float[] Propensities { get; private set; } = [];

    public List<int> Waiting { get; } = [];

    /// <summary>How many stand on the page, by seller or by another value that a rule counts.</summary>
    public Dictionary<int, int> Sellers { get; } = [];

    public void Begin(int count)
    {
        Waiting.Clear();
        Sellers.Clear();
        if (Order.Length < count)
        {
            Order = new int[count * 2];
            Propensities = new float[count * 2];
        }
    }
}
