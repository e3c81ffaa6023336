using Vitrina.Api.Errors;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Batches;

/// <summary>What became of one document of a batch.</summary>
public sealed record DocumentOutcome
{
    /// <summary>Its place in the array, from 0.</summary>
    public int? Index { get; init; }

    /// <summary>Its line in an NDJSON stream, from 1.</summary>
    public long? Line { get; init; }

    /// <summary>Its id, when it could be read.</summary>
    public string? Id { get; init; }

    /// <summary><c>accepted</c>, <c>duplicate</c>, <c>refused</c>, or <c>unknown</c> when the journal failed on it.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why it was refused, as a stable code.</summary>
    public string? Code { get; init; }

    /// <summary>The field that is wrong.</summary>
    public string? Field { get; init; }

    /// <summary>What is wrong and what would be right.</summary>
    public string? Message { get; init; }

    /// <summary>The nearest valid name.</summary>
    public string? Suggestion { get; init; }
}

/// <summary>What became of a batch. What is accepted is durable.</summary>
public sealed record BatchAnswer
{
    /// <summary>Documents that were taken.</summary>
    public required long Accepted { get; init; }

    /// <summary>Documents that had been taken before and count once.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Documents that were refused; each is listed with its reason, up to a bound.</summary>
    public required long Refused { get; init; }

    /// <summary>Everything accepted has this journal sequence or a lower one.</summary>
    public required long Sequence { get; init; }

    /// <summary>What became of single documents, in their order. For NDJSON: the refused ones only, unless asked with <c>?outcomes=all</c>.</summary>
    public required IReadOnlyList<DocumentOutcome> Outcomes { get; init; }

    /// <summary>Outcomes that were left out of the list because it was full.</summary>
    public long? OutcomesLeftOut { get; init; }
}

/// <summary>A batch that was not taken, or not to its end: says what was taken all the same.</summary>
public sealed record BatchProblem : Problem
{
    /// <summary>Documents that were taken before; they are durable.</summary>
    public required long Accepted { get; init; }

    /// <summary>Documents that had been taken before this request.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Documents that were refused.</summary>
    public required long Refused { get; init; }

    /// <summary>From this index (JSON, from 0) or line (NDJSON, from 1) on nothing was taken: send again from here. Absent when all was looked at.</summary>
    public long? ResumeFrom { get; init; }

    /// <summary>What became of single documents.</summary>
    public required IReadOnlyList<DocumentOutcome> Outcomes { get; init; }
}

/// <summary>Counts what becomes of a batch's documents.</summary>
internal sealed class BatchTally(bool isLines, bool listsAll)
{
    private const int MaxRefusedLines = 1_000;
    private const int MaxListed = 100_000;
    private readonly List<DocumentOutcome> _outcomes = [];
    private long _leftOut;
    private int _listedRefusals;

    public long Accepted { get; private set; }

    public long Duplicates { get; private set; }

    public long Refused { get; private set; }

    public long Sequence { get; set; }

    public void Accept(long place, string? id)
    {
        Accepted++;
        List(place, id, "accepted");
    }

    public void Repeat(long place, string? id)
    {
        Duplicates++;
        List(place, id, "duplicate");
    }

    private void List(long place, string? id, string outcome)
    {
        if (isLines && !listsAll)
        {
            return;
        }

        if (_outcomes.Count >= MaxListed)
        {
            _leftOut++;
            return;
        }

        _outcomes.Add(Outcome(place, id, outcome));
    }

    public void Refuse(long place, string? id, in FieldError error)
    {
        Refused++;
        if (_outcomes.Count >= MaxListed || (isLines && ++_listedRefusals > MaxRefusedLines))
        {
            _leftOut++;
            return;
        }

        _outcomes.Add(Outcome(place, id, "refused") with
        {
            Code = error.Code,
            Field = string.IsNullOrEmpty(error.Field) ? null : error.Field,
            Message = error.Message,
            Suggestion = error.Suggestion,
        });
    }

    private DocumentOutcome Outcome(long place, string? id, string outcome) =>
        isLines ? new DocumentOutcome { Line = place, Id = id, Outcome = outcome } : new DocumentOutcome { Index = (int)place, Id = id, Outcome = outcome };

    // Refusals are known at once, the others when they are durable: the list is put in order at the end.
    private List<DocumentOutcome> InOrder()
    {
        _outcomes.Sort((left, right) => isLines ? left.Line!.Value.CompareTo(right.Line!.Value) : left.Index!.Value.CompareTo(right.Index!.Value));
        return _outcomes;
    }

    public IResult ToResult(int status)
    {
        if (Refused > 0 && Accepted == 0 && Duplicates == 0)
        {
            var first = InOrder().FirstOrDefault();
            return new ProblemResult(new BatchProblem
            {
                Status = StatusCodes.Status400BadRequest,
                Code = Refused == 1 ? first?.Code ?? "refused" : "all_refused",
                Detail = Refused == 1 ? $"{(first?.Field is { } field ? field + ": " : "")}{first?.Message}" : $"all {Refused} documents are refused; outcomes says why",
                Field = Refused == 1 ? first?.Field : null,
                Suggestion = Refused == 1 ? first?.Suggestion : null,
                Accepted = 0,
                Duplicates = 0,
                Refused = Refused,
                Outcomes = InOrder(),
            });
        }

        var answer = new BatchAnswer
        {
            Accepted = Accepted,
            Duplicates = Duplicates,
            Refused = Refused,
            Sequence = Sequence,
            Outcomes = InOrder(),
            OutcomesLeftOut = _leftOut == 0 ? null : _leftOut,
        };
        return Results.Json(answer, ApiJson.Options, statusCode: status);
    }

    /// <summary>The problem that ended the batch early, with what was taken before.</summary>
    public Problem Broken(Problem problem, long resumeFrom) => new BatchProblem
    {
        Status = problem.Status,
        Code = problem.Code,
        Detail = problem.Detail,
        Accepted = Accepted,
        Duplicates = Duplicates,
        Refused = Refused,
        ResumeFrom = resumeFrom,
        Outcomes = InOrder(),
    };
}
