using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Models.Factors;

/// <summary>What people's steps between groups say about the groups, learned ahead and asked with a person's own steps: factors and links.</summary>
/// <remarks>
/// Factors see which groups go together, whatever the order (<see cref="FactorModel"/>). Links foretell the next step: a ridge regression of the group that
/// comes next on the decayed groups before it, of which each group keeps its heaviest; it is the order-aware kin of EASE (Steck, "Embarrassingly Shallow
/// Autoencoders for Sparse Data", 2019; Choi et al., "Session-aware Linear Item-Item Models", 2021). Nothing of a person is stored. Safe for concurrent use.
/// </remarks>
public sealed class GroupFactors
{
    /// <summary>The most links of a group.</summary>
    public const int MostLinks = 64;

    /// <summary>Steps over which a step's weight for the next one falls to 1/e.</summary>
    public const double StepDecay = 2;

    /// <summary>How many of a person's newest steps are asked about; older ones weigh less than 1 %.</summary>
    public const int MostSteps = 10;

    /// <summary>Groups of a person over which a weight falls to 1/e when the person is folded in, the last one weighing 1.</summary>
    public const double FoldInDecay = 6;

    /// <summary>How many of a person's last groups are folded in.</summary>
    public const int MostFoldedIn = 24;

    private Places? _places;

    /// <summary>Wraps what was learned.</summary>
    /// <param name="groups">The groups' names, shape [groups], each once.</param>
    /// <param name="factors">Factors, a row per group.</param>
    /// <param name="linkStarts">Where each group's links begin, and their end, shape [groups + 1].</param>
    /// <param name="linkTargets">The groups that they lead to, shape [links].</param>
    /// <param name="linkWeights">How much they foretell them, shape [links].</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public GroupFactors(IReadOnlyList<string> groups, FactorModel factors, int[] linkStarts, int[] linkTargets, float[] linkWeights)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(linkStarts);
        ArgumentNullException.ThrowIfNull(linkTargets);
        ArgumentNullException.ThrowIfNull(linkWeights);
        if (factors.ItemCount != groups.Count || linkStarts.Length != groups.Count + 1 || linkTargets.Length != linkWeights.Length
            || linkStarts[0] != 0 || linkStarts[^1] != linkTargets.Length || linkStarts.Zip(linkStarts.Skip(1)).Any(pair => pair.First > pair.Second)
            || linkTargets.Any(target => target < 0 || target >= groups.Count))
        {
            throw new ArgumentException($"{groups.Count} groups, {factors.ItemCount} rows of factors and {linkTargets.Length} links do not fit each other");
        }

        (Groups, Factors, LinkStarts, LinkTargets, LinkWeights) = (groups, factors, linkStarts, linkTargets, linkWeights);
    }

    /// <summary>The groups' names; a row is a place in this list.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>Factors, a row per group.</summary>
    public FactorModel Factors { get; }

    /// <summary>Where each group's links begin, and their end, shape [groups + 1].</summary>
    public int[] LinkStarts { get; }

    /// <summary>The groups that links lead to.</summary>
    public int[] LinkTargets { get; }

    /// <summary>How much they foretell them.</summary>
    public float[] LinkWeights { get; }

    /// <summary>Scores all groups by factors, for a person that is folded in.</summary>
    /// <param name="factors">The factors.</param>
    /// <param name="rows">The person's different groups, the last one first, at least one and at most <see cref="MostFoldedIn"/>.</param>
    /// <param name="system">Memory to work in, of the factors' dimensions.</param>
    /// <param name="scores">Receives a score per group, shape [groups].</param>
    public static void ScoreByFactors(FactorModel factors, ReadOnlySpan<int> rows, FactorSystem system, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(factors);
        Span<float> weights = stackalloc float[MostFoldedIn];
        for (var i = 0; i < rows.Length; i++)
        {
            weights[i] = (float)Math.Exp(-i / FoldInDecay);
        }

        Span<float> person = stackalloc float[factors.Dimensions];
        factors.FoldIn(rows, weights[..rows.Length], system, person);
        factors.Score(person, scores);
    }

    /// <summary>What the i-th newest step of a person weighs for the next one, i from 0.</summary>
    public static double WeightOfStep(int step) => Math.Exp(-step / StepDecay);

    /// <summary>Where the groups of a market stand here and the other way round.</summary>
    /// <param name="names">The words of the grouping's attribute; a group's number is its word's.</param>
    /// <param name="groupCount">How many groups the market has.</param>
    internal Places PlacesIn(SymbolTable names, int groupCount)
    {
        // Words are only ever added, so that what was found stays true; a market that has more groups is looked through again.
        var known = Volatile.Read(ref _places);
        if (known is null || !ReferenceEquals(known.Names, names) || known.RowOf.Length < groupCount)
        {
            Volatile.Write(ref _places, known = new Places(this, names, groupCount));
        }

        return known;
    }

    internal sealed class Places
    {
        public Places(GroupFactors model, SymbolTable names, int groupCount)
        {
            Names = names;
            RowOf = new int[groupCount];
            GroupOf = new int[model.Groups.Count];
            Array.Fill(RowOf, -1);
            for (var row = 0; row < GroupOf.Length; row++)
            {
                GroupOf[row] = names.Find(model.Groups[row]);
                if (GroupOf[row] >= 0 && GroupOf[row] < groupCount)
                {
                    RowOf[GroupOf[row]] = row;
                }
            }
        }

        public SymbolTable Names { get; }

        /// <summary>The row of each of the market's groups; -1 = it was not known when this was learned.</summary>
        public int[] RowOf { get; }

        /// <summary>The market's group of each row; -1 = it has none of that name.</summary>
        public int[] GroupOf { get; }
    }
}
