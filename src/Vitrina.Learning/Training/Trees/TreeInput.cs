namespace Vitrina.Learning.Training.Trees;

/// <summary>How trees read an input.</summary>
public enum TreeInputKind
{
    /// <summary>A number; NaN is missing. Infinite values are the largest and the smallest.</summary>
    Number,

    /// <summary>
    /// A category, split by sets that are found in the order of their mean gradient (Fisher, 1958; LightGBM's way). Values are whole numbers from
    /// 0 to 1,048,575 (fractions are cut off); NaN, negative values and categories too rare for a bin of their own go right at every split.
    /// </summary>
    Category,

    /// <summary>
    /// A category, read as the mean label of the rows before it in a random order (ordered target statistics: Prokhorenkova et al., CatBoost,
    /// NeurIPS 2018, section 3.2), so that no row sees its own label. At serving the mean over all rows is used: the model stores each split as
    /// the set of categories on its left, so serving passes the category itself. Values as in <see cref="Category"/>.
    /// </summary>
    CategoryByTarget,
}

/// <summary>How the score may move when an input grows and all others stay.</summary>
public enum MonotoneDirection
{
    /// <summary>Either way.</summary>
    None,

    /// <summary>The score never falls.</summary>
    Increasing,

    /// <summary>The score never rises.</summary>
    Decreasing,
}

/// <summary>An input of a tree model.</summary>
/// <param name="Name">The feature's name, unique within the model.</param>
public sealed record TreeInput(string Name)
{
    /// <summary>How trees read it. Default: a number.</summary>
    public TreeInputKind Kind { get; init; }

    /// <summary>How the score may move with it; numbers only. Default: either way.</summary>
    public MonotoneDirection Monotone { get; init; }

    /// <summary>The value that every candidate gets at serving (a position, usually); null for an ordinary feature.</summary>
    public float? FixedAtServing { get; init; }
}
