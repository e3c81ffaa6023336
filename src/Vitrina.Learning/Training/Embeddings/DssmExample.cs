namespace Vitrina.Learning.Training.Embeddings;

/// <summary>A query and an item that answered it.</summary>
/// <param name="Query">The query's text.</param>
/// <param name="Item">The item's text.</param>
/// <param name="Weight">How much the pair counts: 1 for a click, a grade for a judgement; finite, above 0.</param>
/// <param name="Negatives">Texts of items that did not answer it: judged bad, or passed over; may be empty.</param>
public sealed record DssmExample(string Query, string Item, float Weight = 1, IReadOnlyList<string>? Negatives = null);
