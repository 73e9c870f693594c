// All that the main entry exports.
export * from 'convgrad';
