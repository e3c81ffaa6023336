namespace Vitrina.Learning.Replay;

/// <summary>Which part of a log a ranking belongs to.</summary>
public enum LogPart
{
    /// <summary>Only warms statistics up.</summary>
    WarmUp,

    /// <summary>Models are fitted on it.</summary>
    Train,

    /// <summary>Settings are chosen on it.</summary>
    Validation,

    /// <summary>Models are judged on it.</summary>
    Test,
}

/// <summary>A split of a log by time: never by chance, so that nothing is judged on what it could have seen.</summary>
/// <param name="WarmUpEndMs">The first moment of the training part, Unix milliseconds.</param>
/// <param name="TrainEndMs">The first moment of the validation part.</param>
/// <param name="ValidationEndMs">The first moment of the test part.</param>
public sealed record TimeSplit(long WarmUpEndMs, long TrainEndMs, long ValidationEndMs)
{
    /// <summary>Splits at quantiles of the times of rankings that somebody acted on: lists that nobody touched teach nothing, however many there are.</summary>
    public static TimeSplit Of(JournalSurvey survey, LearningOptions options)
    {
        ArgumentNullException.ThrowIfNull(survey);
        ArgumentNullException.ThrowIfNull(options);
        var times = survey.TimesActedOn();
        return new TimeSplit(At(times, options.WarmUpShare), At(times, options.TrainShare), At(times, options.ValidationShare));
    }

    private static long At(long[] times, double share) => share >= 1 ? times[^1] + 1 : times[(int)(share * times.Length)];

    /// <summary>The part that a moment belongs to.</summary>
    public LogPart PartOf(long atMs) =>
        atMs < WarmUpEndMs ? LogPart.WarmUp : atMs < TrainEndMs ? LogPart.Train : atMs < ValidationEndMs ? LogPart.Validation : LogPart.Test;
}
