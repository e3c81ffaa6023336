using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Events;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Learning;

/// <summary>What an encoder is learned from.</summary>
public sealed record EncoderOptions
{
    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface whose queries count.</summary>
    public required string Surface { get; init; }

    /// <summary>
    /// Whether the items' own texts, all text attributes together, are learned from instead of what people did: for the time before there are clicks, and
    /// for rankers that shall train on every event. The events then only say how good the encoder is.
    /// </summary>
    public bool FromTexts { get; init; }

    /// <summary>The encoder's name; default <c>vertical-surface-target</c>, or <c>vertical-surface-texts</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The event that joins a query and an item; default click. Encoders of several targets live side by side.</summary>
    public EventType Target { get; init; } = EventType.Click;

    /// <summary>
    /// The share of events, the earliest, that is learned from; default 0.5. Rankers that take the encoder's scores train on what came after: on
    /// the same events the scores would know the answers.
    /// </summary>
    [Range(0.05, 1)]
    public double TrainShare { get; init; } = 0.5;

    /// <summary>How the trainer works; the languages are the vertical's.</summary>
    public DssmTrainerOptions Trainer { get; init; } = new();
}
