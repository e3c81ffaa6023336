namespace Vitrina.Learning.Training;

/// <summary>Why a training set cannot be learned from.</summary>
public enum TrainingSetFault
{
    /// <summary>There are no rows, or no rows with a weight above 0.</summary>
    Empty,

    /// <summary>No row is positive (listwise: no list of at least two rows has one).</summary>
    NoPositives,

    /// <summary>Every row is fully positive: there is nothing to tell apart.</summary>
    NoNegatives,

    /// <summary>A label is NaN, infinite or outside the objective's range.</summary>
    BadLabel,

    /// <summary>A weight is NaN, infinite or negative.</summary>
    BadWeight,

    /// <summary>The rows of one list do not follow each other.</summary>
    ScatteredGroup,

    /// <summary>No feature can be used: all are constant or missing throughout.</summary>
    NoFeatures,

    /// <summary>A category is not a whole number in range.</summary>
    BadCategory,

    /// <summary>There are more rows than a trainer takes.</summary>
    TooLarge,
}

/// <summary>A training set that cannot be learned from, with the reason and the first row at fault.</summary>
public sealed class TrainingSetException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="fault">Why the set is refused.</param>
    /// <param name="row">First row at fault; −1 when no single row is.</param>
    /// <param name="message">What is wrong, for a reader.</param>
    public TrainingSetException(TrainingSetFault fault, int row, string message)
        : base(message)
    {
        Fault = fault;
        Row = row;
    }

    /// <summary>Why the set is refused.</summary>
    public TrainingSetFault Fault { get; }

    /// <summary>First row at fault; −1 when no single row is.</summary>
    public int Row { get; }
}
